import { AppError } from '../../errors/index.ts';

/**
 * Which wrong partners count: all of them (`sum`), their mean (`mean`, the same direction of the gradient at a smaller
 * scale), or the worst one of each image and of each caption (`max`: VSE++, Faghri et al. 2018).
 */
export type Violation = 'sum' | 'mean' | 'max';

/** The loss of a batch, and its derivatives with respect to the scores. */
export interface HingeLoss {
  readonly loss: number;
  /** `∂loss/∂score`, `[B, B]`, images by captions: 0 for every pair that does not count. */
  readonly coefficients: Float32Array;
  /** Pairs whose coefficient is not 0. */
  readonly pairs: number;
}

/**
 * Hinge loss of a batch in which image i belongs to caption i: `max(0, margin + s_wrong - s_right)` over the wrong
 * captions of an image and over the wrong images of a caption.
 * @param scores `[B, B]`, images by captions
 * @param alsoRight `[B, B]`, 1 for pairs that fit although they are not each other's: these are no wrong partners
 * @throws AppError `shape_mismatch` when the scores are no square
 */
export function hingeLoss(
  scores: Float32Array,
  size: number,
  { margin, violation }: { readonly margin: number; readonly violation: Violation },
  alsoRight?: Uint8Array,
): HingeLoss {
  if (scores.length !== size * size) {
    throw new AppError('shape_mismatch', `${scores.length} scores are not [${size}, ${size}]`);
  }
  const coefficients = new Float32Array(size * size);
  const weight = violation === 'mean' ? 1 / Math.max(1, size - 1) : 1;
  const at = (image: number, caption: number): number => scores[image * size + caption] as number;
  const add = (image: number, caption: number, value: number): void => {
    const index = image * size + caption;
    coefficients[index] = (coefficients[index] as number) + value;
  };
  let loss = 0;
  /** One image against all captions, or one caption against all images. */
  const direction = (own: number, pairWith: (other: number) => readonly [number, number]): void => {
    let worst = -1;
    let worstCost = 0;
    for (let other = 0; other < size; other++) {
      if (other === own) continue;
      const [image, caption] = pairWith(other);
      if (alsoRight?.[image * size + caption] === 1) continue;
      const cost = margin + at(image, caption) - at(own, own);
      // NaN must not count as "no violation".
      if (Number.isNaN(cost)) loss = Number.NaN;
      if (!(cost > 0)) continue;
      if (violation === 'max') {
        if (cost > worstCost) [worst, worstCost] = [other, cost];
        continue;
      }
      loss += weight * cost;
      add(image, caption, weight);
      add(own, own, -weight);
    }
    if (worst < 0) return;
    loss += worstCost;
    add(...pairWith(worst), 1);
    add(own, own, -1);
  };
  for (let own = 0; own < size; own++) {
    direction(own, (caption) => [own, caption]);
    direction(own, (image) => [image, own]);
  }
  return { loss, coefficients, pairs: coefficients.filter((value) => value !== 0).length };
}
