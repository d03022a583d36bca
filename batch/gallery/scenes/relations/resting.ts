import { type Entity, isAnimal, isPerson, type Kind } from '../cast/index.ts';
import { type Dice, moved } from '../drawing/index.ts';
import { type Part, put } from '../story/event.ts';
import { PETS, SMALL_THINGS } from '../story/kinds.ts';

/** Somebody at rest with the left edge at `x`. */
export function resting(entity: Entity, dice: Dice, x: number, scale = 1): Part {
  const pose = (PETS as readonly Kind[]).includes(entity.kind) && dice.chance(0.5) ? 'sit' : 'stand';
  const loose = put(entity, dice, isAnimal(entity.kind) ? { pose } : {}, {
    scale,
    mirrored: isPerson(entity.kind) && dice.chance(0.5),
  });
  return { ...loose, sketch: moved(loose.sketch, { x: x - loose.sketch.box.left }) };
}

/** Somebody at rest with the middle of the foot at a point. */
export function restingAt(entity: Entity, dice: Dice, [x, y]: readonly [number, number], scale = 1): Part {
  const part = resting(entity, dice, 0, scale);
  const middle = (part.sketch.box.left + part.sketch.box.right) / 2;
  return { ...part, grounded: y === 0, sketch: moved(part.sketch, { x: x - middle, y }) };
}

/** Large things are drawn smaller beside small ones, so that both can be seen. */
export function fair(kind: Kind): number {
  if (kind === 'house' || kind === 'tree') return 0.85;
  return (SMALL_THINGS as readonly Kind[]).includes(kind) ? 1.2 : 1;
}
