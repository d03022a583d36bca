import type { Colour } from '../drawing/index.ts';

export const PEOPLE = ['man', 'woman', 'boy', 'girl'] as const;
export const ANIMALS = ['dog', 'cat', 'horse', 'cow', 'sheep', 'rabbit', 'bird', 'duck', 'fish'] as const;
export const THINGS = [
  'ball',
  'box',
  'chair',
  'table',
  'bench',
  'sofa',
  'lamp',
  'tree',
  'house',
  'car',
  'bicycle',
  'boat',
  'umbrella',
  'kite',
  'balloon',
  'book',
  'guitar',
  'cup',
  'pot',
  'basket',
  'bucket',
  'skateboard',
  'bag',
  'cake',
  'bear',
  'drum',
  'snowman',
  'apple',
] as const;

export type PersonKind = (typeof PEOPLE)[number];
export type AnimalKind = (typeof ANIMALS)[number];
export type ThingKind = (typeof THINGS)[number];
export type Kind = PersonKind | AnimalKind | ThingKind;

export type Size = 'big' | 'small';

/** What a person wears and looks like; the numbers choose among what is drawn. */
export interface Outfit {
  readonly garment: 'shirt' | 'dress';
  readonly striped: boolean;
  readonly trousers: Colour;
  readonly shorts: boolean;
  readonly hat: Colour | undefined;
  /** Captions that say all name the trousers too. */
  readonly trousersTold: boolean;
  readonly skin: number;
  readonly hair: number;
  readonly style: number;
  readonly shoe: number;
  /** Which of the tones of its colours. */
  readonly shade: number;
}

/** One of those that matter in a scene. Captions may name its kind, colour, size and outfit, and nothing else. */
export interface Entity {
  /** Tells entities of a scene apart; it stays when two of them change places. */
  readonly id: number;
  readonly kind: Kind;
  /** Its own colour; of a person, of the shirt or dress. */
  readonly colour: Colour;
  readonly size: Size | undefined;
  readonly outfit: Outfit | undefined;
}

export function isPerson(kind: Kind): kind is PersonKind {
  return (PEOPLE as readonly string[]).includes(kind);
}

export function isAnimal(kind: Kind): kind is AnimalKind {
  return (ANIMALS as readonly string[]).includes(kind);
}
