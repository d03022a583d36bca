import {
  type Box,
  colourTone,
  line,
  moved,
  type Point,
  type Sketch,
  sketch,
  toneOf,
} from '../../drawing/index.ts';
import type { Entity, Outfit, PersonKind } from '../entity.ts';
import { clothes } from './clothes.ts';
import { head } from './head.ts';
import { ARMS, type ArmsName, BODIES, type Body, type BodyName } from './poses.ts';

const SKINS = ['#f6cfae', '#eab98f', '#d59a6c', '#a86f47', '#7c4f34', '#f2c4a0'];

export interface Stance {
  readonly body: BodyName;
  readonly arms: ArmsName;
  /** Something in the hands, drawn before the near arm; it is told where the near hand is. */
  readonly held?: (hand: Point) => string;
  /** The eyes are shut. */
  readonly asleep?: boolean;
}

function isChild(kind: PersonKind): boolean {
  return kind === 'boy' || kind === 'girl';
}

/** How large a person is drawn: a child's head is larger for its height. */
export function personScale(kind: PersonKind): number {
  return { man: 1.03, woman: 0.97, boy: 0.77, girl: 0.75 }[kind];
}

/** A person facing right in a stance. Anchors: `hand` (near), `farHand`, `head`, `hip`. */
export function drawPerson(entity: Entity, outfit: Outfit, stance: Stance): Sketch {
  const body: Body = BODIES[stance.body];
  const arms = ARMS[stance.arms];
  const from = ([x, y]: Point): Point => [body.neck[0] + x, body.neck[1] + y];
  const skin = toneOf(SKINS[outfit.skin % SKINS.length] ?? '#eab98f');
  const cloth = colourTone(entity.colour, outfit.shade);
  const hand = from(arms.near[1]);
  const farHand = from(arms.far[1]);
  const shoulder: Point = [body.neck[0], body.neck[1] + 7];
  const arm = ([elbow, wrist]: readonly [Point, Point], sleeve: string): string =>
    line([shoulder, from(elbow), from(wrist)], skin.base, 7) +
    line([shoulder, between(shoulder, from(elbow), 0.85)], sleeve, 10) +
    line([from(wrist), from(wrist)], skin.base, 9);
  const farSkin = skin.dark;
  const far =
    line([shoulder, from(arms.far[0]), farHand], farSkin, 7) +
    line([shoulder, between(shoulder, from(arms.far[0]), 0.85)], cloth.dark, 10) +
    line([farHand, farHand], farSkin, 9);
  const face = head(entity.kind as PersonKind, outfit, body.head, skin, stance.asleep === true);
  const svg = [
    face.behind,
    far,
    clothes(body, outfit, cloth, skin),
    line([body.neck, between(body.neck, body.head, 0.5)], skin.dark, 8),
    face.front,
    stance.held?.(hand) ?? '',
    arm(arms.near, cloth.base),
  ].join('');
  const drawn = sketch(svg, bounds(entity.kind as PersonKind, outfit, body, [hand, farHand]), {
    hand,
    farHand,
    head: body.head,
    hip: body.hip,
  });
  return moved(drawn, { scale: personScale(entity.kind as PersonKind) });
}

function bounds(kind: PersonKind, outfit: Outfit, body: Body, hands: readonly Point[]): Box {
  const radius = isChild(kind) ? 17 : 13.5;
  const [headX, headY] = body.head;
  const joints = [...body.far, ...body.near, ...hands, body.hip];
  const xs = joints.map(([x]) => x);
  const dress = outfit.garment === 'dress' ? 9 : 0;
  const hat = outfit.hat === undefined ? 1.1 : 1.6;
  return {
    left: Math.min(
      ...xs.map((x) => x - 6 - dress),
      headX - radius * (kind === 'woman' || kind === 'girl' ? 1.95 : hat),
    ),
    right: Math.max(...xs.map((x) => x + 6 + dress), headX + radius * hat),
    top: Math.min(headY - radius * 1.75, ...hands.map(([, y]) => y - 5)),
    bottom: Math.max(0, body.near[1][1] + 2),
  };
}

function between([ax, ay]: Point, [bx, by]: Point, part: number): Point {
  return [ax + (bx - ax) * part, ay + (by - ay) * part];
}
