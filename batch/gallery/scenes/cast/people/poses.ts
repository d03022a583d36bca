import type { Point } from '../../drawing/index.ts';

/** Where the joints of a body are, facing right: an adult stands on y = 0 with the neck at -92. */
export interface Body {
  readonly hip: Point;
  readonly neck: Point;
  readonly head: Point;
  /** Knee and foot, of the far leg and of the near leg. */
  readonly far: readonly [Point, Point];
  readonly near: readonly [Point, Point];
}

/** Elbow and hand of both arms, from the neck. */
export interface Arms {
  readonly far: readonly [Point, Point];
  readonly near: readonly [Point, Point];
}

/** Hip, neck and head, then knee and foot of the far leg and of the near one. */
function body(
  hip: Point,
  neck: Point,
  head: Point,
  ...[knee, foot, nearKnee, nearFoot]: readonly [Point, Point, Point, Point]
): Body {
  return { hip, neck, head, far: [knee, foot], near: [nearKnee, nearFoot] };
}

/** Elbow and hand of the far arm, then of the near one. */
function arms(elbow: Point, hand: Point, nearElbow: Point, nearHand: Point): Arms {
  return { far: [elbow, hand], near: [nearElbow, nearHand] };
}

export const BODIES = {
  stand: body([0, -54], [0, -92], [1, -108], [-4, -28], [-6, 0], [5, -28], [6, 0]),
  walk: body([0, -54], [2, -92], [4, -108], [-6, -28], [-17, -3], [10, -30], [14, 0]),
  run: body([-1, -55], [7, -91], [12, -106], [-7, -30], [-29, -20], [17, -38], [21, -8]),
  jump: body([0, -60], [4, -97], [7, -113], [-8, -40], [-24, -32], [17, -48], [14, -22]),
  sit: body([0, -34], [-1, -72], [1, -88], [22, -33], [21, -4], [26, -34], [28, 0]),
  ground: body([0, -9], [-3, -47], [-1, -63], [17, -22], [29, -3], [21, -20], [35, 0]),
  ride: body([0, -18], [1, -56], [4, -72], [11, -6], [8, 12], [13, -4], [9, 20]),
  cycle: body([-2, -60], [12, -93], [18, -108], [16, -42], [6, -26], [14, -36], [14, -8]),
  lean: body([-6, -54], [13, -85], [23, -98], [-2, -28], [-9, 0], [4, -28], [5, 0]),
  push: body([-10, -53], [8, -86], [15, -100], [-16, -28], [-32, -1], [3, -32], [-4, 0]),
  kick: body([-2, -55], [-6, -93], [-4, -109], [-4, -28], [-8, 0], [13, -36], [31, -17]),
  crouch: body([-8, -26], [5, -59], [12, -73], [10, -28], [-2, -2], [15, -24], [5, 0]),
} satisfies Record<string, Body>;
export type BodyName = keyof typeof BODIES;

export const ARMS = {
  down: arms([-11, 19], [-11, 35], [11, 19], [13, 35]),
  swing: arms([11, 17], [18, 28], [-10, 18], [-13, 32]),
  carry: arms([13, 24], [29, 28], [8, 27], [27, 33]),
  hold: arms([-11, 19], [-10, 34], [13, 18], [23, 6]),
  raise: arms([-11, 19], [-11, 34], [19, 9], [31, -11]),
  cheer: arms([-14, -4], [-20, -24], [15, -3], [22, -22]),
  point: arms([-11, 19], [-9, 34], [15, 8], [33, 3]),
  give: arms([-11, 19], [-10, 34], [14, 17], [31, 12]),
  receive: arms([14, 14], [29, 8], [13, 19], [28, 15]),
  throw: arms([14, 11], [28, 3], [-14, -3], [-13, -24]),
  read: arms([13, 20], [24, 13], [8, 24], [21, 19]),
  strum: arms([15, 15], [29, 8], [-5, 24], [9, 28]),
  reach: arms([11, 20], [22, 33], [14, 20], [29, 34]),
  push: arms([16, 10], [32, 10], [13, 16], [31, 17]),
  rest: arms([11, 19], [21, 30], [6, 23], [20, 35]),
  handlebar: arms([14, 14], [26, 22], [11, 18], [25, 25]),
  rein: arms([13, 18], [24, 22], [8, 23], [22, 26]),
  sleep: arms([10, 12], [4, 22], [11, 14], [3, 26]),
} satisfies Record<string, Arms>;
export type ArmsName = keyof typeof ARMS;
