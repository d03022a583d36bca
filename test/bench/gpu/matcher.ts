import { createSimdMatcher } from '../../../shared/match/simd/index.ts';
import { createWebgpuMatcher, type WebgpuMatcher } from '../../../shared/match/webgpu/index.ts';
import type { PairScores } from '../../../shared/model/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import { nodeMatchDevice } from '../../../shared/platform/match/webgpu-device.ts';
import type { Sample } from '../match/contenders.ts';
import { randomSample } from '../match/random-sample.ts';
import { assertClose, type Figure, medianSeconds } from './figures.ts';
import type { CheckSizes } from './sizes.ts';

/** From the kernels of simd, by how the nodes are stored. */
const TOLERANCES = { f32: 1e-4, f16: 5e-3 } as const;

/** Images and captions whose scores are checked. */
const CHECKED = 8;

/** Matching: all pairs in each form, then a shortlist, the best of many and preparing at the largest D. */
export async function matcherFigures(sizes: CheckSizes): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const jointSize of sizes.jointSizes) {
    for (const propagation of ['self', 'neighbours'] as const) {
      const sample = randomSample(jointSize, propagation, sizes);
      const main = jointSize === sizes.jointSizes[0] && propagation === 'self';
      for (const precision of main ? (['f32', 'f16'] as const) : (['f32'] as const)) {
        const { config, parameters } = sample;
        const matcher = await createWebgpuMatcher(config, parameters, await nodeMatchDevice(), { precision });
        try {
          const name = `D ${jointSize}, ${propagation}, ${precision}`;
          figures.push(...(await caseFigures(matcher, sample, precision, name, main, sizes)));
        } finally {
          await matcher.dispose();
        }
      }
    }
  }
  return figures;
}

async function caseFigures(
  matcher: WebgpuMatcher,
  sample: Sample,
  precision: 'f32' | 'f16',
  name: string,
  main: boolean,
  { shortlist, repeats, secondsEach }: CheckSizes,
): Promise<Figure[]> {
  const { images, captions } = sample;
  const [caption] = captions;
  if (caption === undefined) throw new Error('the sample has no caption');
  const figures: Figure[] = [];
  const add = (what: string, value: number, unit: string) =>
    figures.push({ part: 'matcher', what: `${what} (${name})`, value, unit });
  const preparing = await medianSeconds(main ? secondsEach : 0, async () =>
    (await matcher.prepareImages(images)).dispose(),
  );
  const prepared = await matcher.prepareImages(images);
  await check(matcher, sample, TOLERANCES[precision]);
  const all = await medianSeconds(secondsEach, () => matcher.score(prepared, captions));
  add(
    `all pairs of ${images.length} images and ${captions.length} captions`,
    (images.length * captions.length) / all,
    'pairs/s',
  );
  if (!main) return figures;
  add('preparing an image', (1000 * preparing) / images.length, 'ms');
  const indices = Array.from({ length: shortlist }, (_, index) => index);
  const rerank = await medianSeconds(secondsEach, () => matcher.score(prepared, [caption], indices));
  add(`rerank of ${shortlist} candidates`, 1000 * rerank, 'ms');
  // The same images again and again: more of them than any cache of the device holds.
  const many = matcher.gather(Array.from({ length: repeats }, () => prepared));
  const best = await medianSeconds(secondsEach, () => matcher.best(many, caption, Math.min(100, many.count)));
  add(`best 100 of ${many.count} images`, 1000 * best, 'ms');
  add('reading of images for the best', (repeats * prepared.bytes) / best / 1e9, 'GB/s');
  return figures;
}

/** Compares the first images and captions with the kernels of simd, and the best of them with their scores. */
async function check(matcher: WebgpuMatcher, sample: Sample, most: number): Promise<void> {
  const [images, captions] = [sample.images.slice(0, CHECKED), sample.captions.slice(0, CHECKED)];
  const simd = createSimdMatcher(sample.config, sample.parameters, await nodeKernelRuntime());
  try {
    const expected = await simd.score(await simd.prepareImages(images), captions);
    const prepared = await matcher.prepareImages(images);
    const found = await matcher.score(prepared, captions);
    assertClose('image to text', found.imageToText, expected.imageToText, most);
    assertClose('text to image', found.textToImage, expected.textToImage, most);
    const [caption] = captions;
    if (caption === undefined) return;
    const [best] = await matcher.best(prepared, caption, 1);
    const sums = images.map((_, image) => sumOf(found, image));
    assertClose('the best image', [sumOf(found, best?.index ?? Number.NaN)], [Math.max(...sums)], 0);
    prepared.dispose();
  } finally {
    await simd.dispose();
  }
}

/** The score of an image with the first caption. */
function sumOf({ imageToText, textToImage, captions }: PairScores, image: number): number {
  return (imageToText[image * captions] as number) + (textToImage[image * captions] as number);
}
