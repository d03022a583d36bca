import { plainPair } from '../../../shared/match/reference/index.ts';
import type { Contender, Sample } from './contenders.ts';

/** Pairs that are computed plainly, about 50 ms each at D = 1024. */
const CHECKED = 4;

/**
 * Compares some scores of a contender with plain float64, because a fast wrong result is useless. Returns the largest
 * difference.
 */
export async function check(contender: Contender, sample: Sample): Promise<number> {
  const scores = await contender.run();
  const { tolerance } = contender;
  if (scores === undefined || tolerance === undefined) return 0;
  let worst = 0;
  for (let index = 0; index < CHECKED; index++) {
    const [i, c] = [(index * 5) % scores.images, (index * (scores.captions - 1)) % scores.captions];
    const [image, caption] = [sample.images[i], sample.captions[c]];
    if (image === undefined || caption === undefined) continue;
    const expected = plainPair(sample.config, sample.parameters, image, caption);
    const at = i * scores.captions + c;
    const difference = Math.max(
      Math.abs((scores.imageToText[at] as number) - expected.imageToText),
      Math.abs((scores.textToImage[at] as number) - expected.textToImage),
    );
    if (!(difference <= tolerance)) {
      throw new Error(`${contender.name}: image ${i}, caption ${c} is ${difference} away from the reference`);
    }
    worst = Math.max(worst, difference);
  }
  return worst;
}
