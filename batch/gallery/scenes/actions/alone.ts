import { type Kind, PEOPLE, type Stance } from '../cast/index.ts';
import { put, type SceneEvent } from '../story/event.ts';
import { WALKERS } from '../story/kinds.ts';
import { swim } from './water.ts';

type Pose = 'stand' | 'run' | 'sit' | 'sleep' | 'walk';

function person(
  name: string,
  stance: Stance,
  clauses: readonly string[],
  phrases: readonly string[],
): SceneEvent {
  return {
    name,
    slots: [PEOPLE],
    where: 'anywhere',
    arrange: (cast, dice) => [put(cast.at(0), dice, { stance }, {})],
    clauses,
    phrases,
  };
}

function animal(
  name: string,
  kinds: readonly Kind[],
  pose: Pose,
  clauses: readonly string[],
  phrases: readonly string[],
): SceneEvent {
  return {
    name,
    slots: [kinds],
    where: 'anywhere',
    arrange: (cast, dice) => [put(cast.at(0), dice, { pose }, {})],
    clauses,
    phrases,
  };
}

const scenery: SceneEvent = {
  name: 'scenery',
  slots: [
    [
      'house',
      'tree',
      'car',
      'bicycle',
      'lamp',
      'umbrella',
      'sofa',
      'fish',
      'chair',
      'table',
      'snowman',
      'cake',
    ],
  ],
  where: 'anywhere',
  arrange: (cast, dice) => [put(cast.at(0), dice, {}, { scale: cast.at(0).kind === 'house' ? 0.9 : 1 })],
  clauses: ['there is {0}', '{0} is there too', '{0} can be seen'],
  phrases: ['{0}', '{0} not far away'],
};

const PET_SLEEPERS = ['dog', 'cat', 'rabbit'] as const;
const RUNNERS = ['dog', 'cat', 'rabbit', 'horse', 'cow', 'sheep'] as const;

/** What one alone does. */
export const ALONE: readonly SceneEvent[] = [
  person(
    'run',
    { body: 'run', arms: 'swing' },
    ['{0} runs', '{0} is running', '{0} runs fast'],
    ['{0} running', '{0} on a run'],
  ),
  person(
    'jump',
    { body: 'jump', arms: 'cheer' },
    ['{0} jumps', '{0} is jumping', '{0} jumps into the air'],
    ['{0} jumping', '{0} in the air'],
  ),
  person(
    'walk',
    { body: 'walk', arms: 'swing' },
    ['{0} walks', '{0} is walking', '{0} takes a walk'],
    ['{0} walking', '{0} on a walk'],
  ),
  person(
    'wave',
    { body: 'stand', arms: 'raise' },
    ['{0} waves', '{0} is waving', '{0} waves a hand'],
    ['{0} waving', '{0} with one hand in the air'],
  ),
  person(
    'stand',
    { body: 'stand', arms: 'down' },
    ['{0} stands', '{0} is standing', '{0} stands and smiles'],
    ['{0} standing', '{0} who smiles'],
  ),
  person(
    'cheer',
    { body: 'stand', arms: 'cheer' },
    ['{0} cheers', '{0} is cheering', '{0} has both hands in the air'],
    ['{0} cheering', '{0} with both hands in the air'],
  ),
  person(
    'sit-ground',
    { body: 'ground', arms: 'rest' },
    ['{0} sits', '{0} is sitting', '{0} sits on the ground'],
    ['{0} sitting', '{0} sitting on the ground'],
  ),
  animal(
    'animal-runs',
    RUNNERS,
    'run',
    ['{0} runs', '{0} is running', '{0} runs fast'],
    ['{0} running', '{0} running fast'],
  ),
  animal(
    'animal-sits',
    PET_SLEEPERS,
    'sit',
    ['{0} sits', '{0} is sitting', '{0} sits and waits'],
    ['{0} sitting', '{0} sitting and waiting'],
  ),
  animal(
    'animal-sleeps',
    PET_SLEEPERS,
    'sleep',
    ['{0} sleeps', '{0} is sleeping', '{0} takes a nap'],
    ['{0} sleeping', '{0} asleep'],
  ),
  animal(
    'animal-stands',
    WALKERS,
    'stand',
    ['{0} stands', '{0} is standing', '{0} stands and looks around'],
    ['{0} standing', '{0} standing around'],
  ),
  scenery,
  swim,
];
