import { createTfjsEncoder } from '../../../shared/gsmn/index.ts';
import { initialParameters } from '../../../shared/gsmn/training/index.ts';
import { createThreadedEncoder } from '../../../shared/platform/encode/index.ts';
import { randomNumbers, seededRandom } from '../../support/random.ts';
import { benchConfig, REGIONS } from '../train/random-batch.ts';
import { assertClose, type Figure, medianSeconds } from './figures.ts';
import type { CheckSizes } from './sizes.ts';

/** L with `<start>` and `<end>`. */
const WORDS = 14;

/** From the kernels of simd, for unit vectors. */
const TOLERANCE = 1e-4;

/** Encoding images and captions in batches, on a loaded backend of TF.js. */
export async function encodingFigures(
  backend: string,
  { jointSizes, encoding, secondsEach }: CheckSizes,
): Promise<Figure[]> {
  const config = {
    ...benchConfig(jointSizes[0] ?? 0, encoding.features, 'self'),
    vocabularySize: encoding.vocabulary,
  };
  const parameters = initialParameters(config, 1);
  const random = seededRandom(20261130);
  const { images } = encoding;
  const features = randomNumbers(random, images * REGIONS * encoding.features);
  const captions = Array.from({ length: encoding.captions }, () =>
    Array.from({ length: WORDS }, () => Math.floor(random() * encoding.vocabulary)),
  );
  const [encoder, kernels] = [
    createTfjsEncoder(backend, config, parameters),
    await createThreadedEncoder(config, parameters),
  ];
  try {
    const one = features.subarray(0, REGIONS * encoding.features);
    const [own, expected] = [
      await encoder.encodeImages(one, 1, REGIONS),
      await kernels.encodeImages(one, 1, REGIONS),
    ];
    assertClose(`${backend}: nodes of an image`, own, expected, TOLERANCE);
    const some = captions.slice(0, 2);
    const [words, others] = [await encoder.encodeCaptions(some), await kernels.encodeCaptions(some)];
    for (const [index, nodes] of words.entries())
      assertClose(`${backend}: nodes of caption ${index}`, nodes, others[index] ?? [], TOLERANCE);
    const imageSeconds = await medianSeconds(secondsEach, () =>
      encoder.encodeImages(features, images, REGIONS),
    );
    const captionSeconds = await medianSeconds(secondsEach, () => encoder.encodeCaptions(captions));
    const sizes = `F ${encoding.features}, D ${config.jointSize}`;
    return [
      {
        part: 'encoding',
        what: `images on ${backend} (${sizes})`,
        value: images / imageSeconds,
        unit: 'images/s',
      },
      {
        part: 'encoding',
        what: `captions of ${WORDS} words on ${backend} (${sizes})`,
        value: captions.length / captionSeconds,
        unit: 'captions/s',
      },
    ];
  } finally {
    await encoder.dispose();
    await kernels.dispose();
  }
}
