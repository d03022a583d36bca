import { describe, expect, it } from 'vitest';
import type { ImagePixels } from '../../batch/features/feature-source.ts';
import { featureIdentity } from '../../batch/features/feature-source.ts';
import { FEATURE_SOURCES, openFeatureSource } from '../../batch/features/registry.ts';
import { sha256Hex } from '../../shared/generation/index.ts';
import { featureIdentitySchema } from '../../shared/schema/index.ts';

/**
 * The result of each version of a source for the images below. If the numbers change, raise the version and add a line: otherwise
 * models would get features that they were not trained on, under the same name.
 */
const NUMBERS: Readonly<Record<string, string | WeighedNumbers>> = {
  'drawn-regions 2': 'b95692f7273bb85f93fc391f6a85dca521c0d966f143155fc8893869f9340caf',
  'photo-regions 2': {
    weights: '187334c41cb55fee38042b1d15747f79c26f9d2dc5561c549148db3cc533973d',
    sums: [
      [7433.34, -8.8],
      [7504.98, -24.49],
      [6679.54, 6.49],
      [4125.77, 2.45],
    ],
  },
};

/** Of a source with weights, whose numbers are rounded otherwise on other processors: sums instead of bits. */
interface WeighedNumbers {
  readonly weights: string;
  /** Of each image: the sum of its features, and their sum with weights that depend on the place. */
  readonly sums: readonly (readonly [plain: number, weighted: number])[];
}

/** What processors may differ by in sums of 46,000 features that are thousands large. */
const TOLERANCE = 1;

/** Pixels with edges, plain and busy parts, and no two images alike. */
function pixels(width: number, height: number): ImagePixels {
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width)];
    const shapes =
      (3 * x > width && 2 * y > height ? 110 : 0) +
      (5 * y > 4 * height ? 60 : 0) +
      (4 * x > 3 * width ? (x * y) % 40 : 0);
    return 30 + shapes + 15 * (index % 3);
  });
  return { rgb, width, height };
}

const IMAGES = [pixels(64, 48), pixels(33, 70), pixels(200, 16), pixels(1, 1)];

describe.each(Object.keys(FEATURE_SOURCES))('the feature source %s', (id) => {
  it('has a name that data folders, models and generations can hold', async () => {
    const source = await openFeatureSource(id);
    expect(source.id).toBe(id);
    expect(featureIdentitySchema.parse(featureIdentity(source)).source).toBe(id);
  });

  it.each(IMAGES.map((image) => [`${image.width} x ${image.height}`, image] as const))(
    'finds R regions inside an image of %s and describes each by F finite numbers, the same every time',
    async (_, image) => {
      const source = await openFeatureSource(id);
      const { boxes, features } = await source.extract(image);
      expect([boxes.length, features.length]).toEqual([
        source.regions * 4,
        source.regions * source.featureSize,
      ]);
      for (let region = 0; region < source.regions; region++) {
        const [left = -1, top = -1, right = -1, bottom = -1] = boxes.subarray(region * 4, region * 4 + 4);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(right).toBeGreaterThan(left);
        expect(bottom).toBeGreaterThan(top);
        expect(right).toBeLessThanOrEqual(image.width);
        expect(bottom).toBeLessThanOrEqual(image.height);
      }
      expect(features.every(Number.isFinite)).toBe(true);
      expect(await source.extract({ ...image, rgb: image.rgb.slice() })).toEqual({ boxes, features });
    },
  );

  it('returns the numbers of its version', async () => {
    const source = await openFeatureSource(id);
    const found = [];
    for (const image of IMAGES) found.push(await source.extract(image));
    const known = NUMBERS[`${id} ${source.version}`];
    if (typeof known === 'object') {
      expect(source.weights).toBe(known.weights);
      const sums = found.map(({ features }) => sumsOf(features));
      expect(known.sums, `the sums are ${JSON.stringify(sums)}`).toHaveLength(sums.length);
      const far = sums
        .flat()
        .filter((sum, at) => !(Math.abs(sum - (known.sums.flat()[at] ?? 0)) < TOLERANCE));
      expect(far, `the sums are ${JSON.stringify(sums)}`).toEqual([]);
      return;
    }
    const sum = await sha256Hex(
      found.flatMap(({ boxes, features }) => [new Uint8Array(boxes.buffer), new Uint8Array(features.buffer)]),
    );
    expect(source.weights).toBeUndefined();
    expect(sum).toBe(known);
  });
});

function sumsOf(features: ArrayLike<number>): [plain: number, weighted: number] {
  let [plain, weighted] = [0, 0];
  for (let index = 0; index < features.length; index++) {
    plain += features[index] ?? 0;
    weighted += (features[index] ?? 0) * Math.sin(index);
  }
  return [plain, weighted];
}

describe('a feature source that does not exist', () => {
  it.each(['none', 'toString', ''])('is refused by name: "%s"', async (id) => {
    await expect(openFeatureSource(id)).rejects.toMatchObject({
      code: 'argument_invalid',
      hint: expect.stringContaining('drawn-regions'),
    });
  });
});
