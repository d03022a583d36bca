import { ANIMALS, type Kind, PEOPLE } from '../cast/index.ts';

/** Animals that walk on the ground. */
export const WALKERS = [
  'dog',
  'cat',
  'rabbit',
  'sheep',
  'duck',
  'horse',
  'cow',
] as const satisfies readonly Kind[];
export const PETS = ['dog', 'cat', 'rabbit'] as const satisfies readonly Kind[];
export const SEATS = ['chair', 'bench', 'sofa', 'box'] as const satisfies readonly Kind[];
/** Things that lie or stand about, small enough to lie on a table or under it. */
export const SMALL_THINGS = [
  'ball',
  'box',
  'book',
  'cup',
  'pot',
  'basket',
  'bucket',
  'bag',
  'cake',
  'bear',
  'drum',
  'apple',
  'guitar',
  'lamp',
] as const satisfies readonly Kind[];
export const LARGE_THINGS = [
  'table',
  'bench',
  'chair',
  'sofa',
  'tree',
  'house',
  'car',
  'bicycle',
  'boat',
  'snowman',
] as const satisfies readonly Kind[];
export const LIVING: readonly Kind[] = [...PEOPLE, ...ANIMALS.filter((kind) => kind !== 'fish')];

/** Furniture that only stands in rooms, and things that only stand outside. */
export const INDOORS: readonly Kind[] = ['sofa'];
export const OUTDOORS: readonly Kind[] = [
  'tree',
  'house',
  'car',
  'boat',
  'horse',
  'cow',
  'sheep',
  'snowman',
  'bicycle',
  'kite',
  'duck',
];

/** Kinds that few slots take; where one does, it takes them more often. */
export const SELDOM: readonly Kind[] = [
  'lamp',
  'fish',
  'house',
  'car',
  'umbrella',
  'sofa',
  'tree',
  'apple',
  'cake',
  'cup',
  'balloon',
  'skateboard',
];
