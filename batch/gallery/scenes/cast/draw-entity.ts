import { AppError } from '../../../../shared/errors/index.ts';
import { colourTone, type Dice, moved, type Sketch } from '../drawing/index.ts';
import { drawAnimal } from './animals/animal.ts';
import type { AnimalPose } from './animals/breed.ts';
import { type Entity, isAnimal, isPerson, type Size } from './entity.ts';
import { drawPerson, type Stance } from './people/person.ts';
import { drawThing } from './things/thing.ts';

const SIZES: Readonly<Record<Size, number>> = { big: 1.32, small: 0.72 };

/** How an entity is drawn: a person's stance or an animal's pose. */
export interface Manner {
  readonly stance?: Stance;
  readonly pose?: AnimalPose;
}

/** An entity as a sketch that stands on y = 0, facing right. */
export function drawEntity(entity: Entity, dice: Dice, { stance, pose }: Manner = {}): Sketch {
  const { kind } = entity;
  if (isPerson(kind)) {
    if (entity.outfit === undefined) throw new AppError('internal', `the ${kind} wears nothing`);
    return drawPerson(entity, entity.outfit, stance ?? { body: 'stand', arms: 'down' });
  }
  const tone = colourTone(entity.colour, dice.below(3));
  const drawn = isAnimal(kind) ? drawAnimal(kind, tone, pose ?? 'stand') : drawThing(kind, tone);
  return moved(drawn, { scale: entity.size === undefined ? dice.between(0.95, 1.06) : SIZES[entity.size] });
}
