import { describe } from './captions/index.ts';
import { Dice } from './drawing/index.ts';
import { HEIGHT, WIDTH } from './places/index.ts';
import { compose, type PlacedPart, paint } from './story/compose.ts';
import { type Plan, planScene } from './story/plan.ts';

/** An image of the built-in gallery and five captions that are true of it. */
export interface GalleryImage {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** Exactly five, all different; words and marks are separated by spaces. */
  readonly captions: readonly string[];
}

/**
 * The image of a seed: a scene that is made up, drawn and described from the seed alone.
 *
 * @throws AppError `argument_invalid` for a seed that is not a whole number from 0 on.
 */
export function drawImage(seed: number): GalleryImage {
  return imageOf(planScene(Dice.of(seed, 1)), seed, 0, false);
}

/** The image of a seed as `drawImage` draws it, and where its things are and which way they face, back to front. */
export function drawParts(
  seed: number,
): Omit<GalleryImage, 'captions'> & { readonly parts: readonly PlacedPart[] } {
  const composition = compose(planScene(Dice.of(seed, 1)), Dice.of(seed, 2), Dice.of(seed, 3, 0));
  return { svg: paint(composition), width: WIDTH, height: HEIGHT, parts: composition.parts };
}

/** A plan as an image; `copy` varies what is by chance: positions, shades and decoration. */
export function imageOf(plan: Plan, seed: number, copy: number, exact: boolean): GalleryImage {
  return {
    // Painted when it is asked for: most drawings are planned for their captions alone.
    get svg() {
      return paint(compose(plan, Dice.of(seed, 2), Dice.of(seed, 3, copy)));
    },
    width: WIDTH,
    height: HEIGHT,
    captions: describe(plan, seed, exact),
  };
}
