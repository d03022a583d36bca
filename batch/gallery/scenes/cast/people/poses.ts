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

export const BODIES = {
  stand: {
    hip: [0, -54],
    neck: [0, -92],
    head: [1, -108],
    far: [
      [-4, -28],
      [-6, 0],
    ],
    near: [
      [5, -28],
      [6, 0],
    ],
  },
  walk: {
    hip: [0, -54],
    neck: [2, -92],
    head: [4, -108],
    far: [
      [-6, -28],
      [-17, -3],
    ],
    near: [
      [10, -30],
      [14, 0],
    ],
  },
  run: {
    hip: [-1, -55],
    neck: [7, -91],
    head: [12, -106],
    far: [
      [-7, -30],
      [-29, -20],
    ],
    near: [
      [17, -38],
      [21, -8],
    ],
  },
  jump: {
    hip: [0, -60],
    neck: [4, -97],
    head: [7, -113],
    far: [
      [-8, -40],
      [-24, -32],
    ],
    near: [
      [17, -48],
      [14, -22],
    ],
  },
  sit: {
    hip: [0, -34],
    neck: [-1, -72],
    head: [1, -88],
    far: [
      [22, -33],
      [21, -4],
    ],
    near: [
      [26, -34],
      [28, 0],
    ],
  },
  ground: {
    hip: [0, -9],
    neck: [-3, -47],
    head: [-1, -63],
    far: [
      [17, -22],
      [29, -3],
    ],
    near: [
      [21, -20],
      [35, 0],
    ],
  },
  ride: {
    hip: [0, -18],
    neck: [1, -56],
    head: [4, -72],
    far: [
      [11, -6],
      [8, 12],
    ],
    near: [
      [13, -4],
      [9, 20],
    ],
  },
  cycle: {
    hip: [-2, -60],
    neck: [12, -93],
    head: [18, -108],
    far: [
      [16, -42],
      [6, -26],
    ],
    near: [
      [14, -36],
      [14, -8],
    ],
  },
  lean: {
    hip: [-6, -54],
    neck: [13, -85],
    head: [23, -98],
    far: [
      [-2, -28],
      [-9, 0],
    ],
    near: [
      [4, -28],
      [5, 0],
    ],
  },
  push: {
    hip: [-10, -53],
    neck: [8, -86],
    head: [15, -100],
    far: [
      [-16, -28],
      [-32, -1],
    ],
    near: [
      [3, -32],
      [-4, 0],
    ],
  },
  kick: {
    hip: [-2, -55],
    neck: [-6, -93],
    head: [-4, -109],
    far: [
      [-4, -28],
      [-8, 0],
    ],
    near: [
      [13, -36],
      [31, -17],
    ],
  },
  crouch: {
    hip: [-8, -26],
    neck: [5, -59],
    head: [12, -73],
    far: [
      [10, -28],
      [-2, -2],
    ],
    near: [
      [15, -24],
      [5, 0],
    ],
  },
} as const satisfies Record<string, Body>;
export type BodyName = keyof typeof BODIES;

export const ARMS = {
  down: {
    far: [
      [-11, 19],
      [-11, 35],
    ],
    near: [
      [11, 19],
      [13, 35],
    ],
  },
  swing: {
    far: [
      [11, 17],
      [18, 28],
    ],
    near: [
      [-10, 18],
      [-13, 32],
    ],
  },
  carry: {
    far: [
      [13, 24],
      [29, 28],
    ],
    near: [
      [8, 27],
      [27, 33],
    ],
  },
  hold: {
    far: [
      [-11, 19],
      [-10, 34],
    ],
    near: [
      [13, 18],
      [23, 6],
    ],
  },
  raise: {
    far: [
      [-11, 19],
      [-11, 34],
    ],
    near: [
      [19, 9],
      [31, -11],
    ],
  },
  cheer: {
    far: [
      [-14, -4],
      [-20, -24],
    ],
    near: [
      [15, -3],
      [22, -22],
    ],
  },
  point: {
    far: [
      [-11, 19],
      [-9, 34],
    ],
    near: [
      [15, 8],
      [33, 3],
    ],
  },
  give: {
    far: [
      [-11, 19],
      [-10, 34],
    ],
    near: [
      [14, 17],
      [31, 12],
    ],
  },
  receive: {
    far: [
      [14, 14],
      [29, 8],
    ],
    near: [
      [13, 19],
      [28, 15],
    ],
  },
  throw: {
    far: [
      [14, 11],
      [28, 3],
    ],
    near: [
      [-14, -3],
      [-13, -24],
    ],
  },
  read: {
    far: [
      [13, 20],
      [24, 13],
    ],
    near: [
      [8, 24],
      [21, 19],
    ],
  },
  strum: {
    far: [
      [15, 15],
      [29, 8],
    ],
    near: [
      [-5, 24],
      [9, 28],
    ],
  },
  reach: {
    far: [
      [11, 20],
      [22, 33],
    ],
    near: [
      [14, 20],
      [29, 34],
    ],
  },
  push: {
    far: [
      [16, 10],
      [32, 10],
    ],
    near: [
      [13, 16],
      [31, 17],
    ],
  },
  rest: {
    far: [
      [11, 19],
      [21, 30],
    ],
    near: [
      [6, 23],
      [20, 35],
    ],
  },
  handlebar: {
    far: [
      [14, 14],
      [26, 22],
    ],
    near: [
      [11, 18],
      [25, 25],
    ],
  },
  rein: {
    far: [
      [13, 18],
      [24, 22],
    ],
    near: [
      [8, 23],
      [22, 26],
    ],
  },
  sleep: {
    far: [
      [10, 12],
      [4, 22],
    ],
    near: [
      [11, 14],
      [3, 26],
    ],
  },
} as const satisfies Record<string, Arms>;
export type ArmsName = keyof typeof ARMS;
