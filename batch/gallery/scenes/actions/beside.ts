import { type ArmsName, type BodyName, type Entity, isPerson } from '../cast/index.ts';
import { type Dice, moved } from '../drawing/index.ts';
import { type Part, put } from '../story/event.ts';

/** Somebody with the left edge at `x`; mirrored, they look left. */
export function beside(
  entity: Entity,
  dice: Dice,
  x: number,
  mirrored: boolean,
  body: BodyName = 'stand',
  arms: ArmsName = 'down',
): Part {
  const manner = isPerson(entity.kind) ? { stance: { body, arms } } : { pose: 'stand' as const };
  const loose = put(entity, dice, manner, { mirrored });
  return { ...loose, sketch: moved(loose.sketch, { x: x - loose.sketch.box.left }) };
}
