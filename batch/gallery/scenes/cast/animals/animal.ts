import type { Sketch, Tone } from '../../drawing/index.ts';
import type { AnimalKind } from '../entity.ts';
import type { AnimalPose } from './breed.ts';
import { COW, HORSE, SHEEP } from './farm.ts';
import { CAT, DOG, RABBIT } from './pets.ts';
import { quadruped } from './quadruped.ts';
import { bird, duck, fishBowl } from './small.ts';

/** An animal looking right; birds fly and ducks float where their pose is `run`. */
export function drawAnimal(kind: AnimalKind, tone: Tone, pose: AnimalPose): Sketch {
  switch (kind) {
    case 'dog':
      return quadruped(DOG, tone, pose);
    case 'cat':
      return quadruped(CAT, tone, pose);
    case 'rabbit':
      return quadruped(RABBIT, tone, pose);
    case 'horse':
      return quadruped(HORSE, tone, pose);
    case 'cow':
      return quadruped(COW, tone, pose);
    case 'sheep':
      return quadruped(SHEEP, tone, pose);
    case 'bird':
      return bird(tone, pose === 'run');
    case 'duck':
      return duck(tone, pose === 'run');
    case 'fish':
      return fishBowl(tone);
  }
}
