import { describe, expect, it } from 'vitest';
import { bytesSource } from '../formats/byte-source.ts';
import type { GenerationFiles } from './generation-files.ts';
import { GENERATION_PATHS, manifestBytes, readManifest } from './manifest.ts';
import { MODEL_FILES } from './model-paths.ts';

const SUM = 'a'.repeat(64);
const FEATURES = { source: 'some-source', version: 3, regions: 36, featureSize: 4 };
const MODEL_PATHS = Object.values(MODEL_FILES)
  .filter((path) => path !== MODEL_FILES.parser)
  .map((path) => `${GENERATION_PATHS.model}/${path}`);
const IMAGE_PATHS = [GENERATION_PATHS.imageNodes, GENERATION_PATHS.boxes, ...MODEL_PATHS];

const described = (paths: readonly string[]) => paths.map((path) => ({ path, bytes: 1, sha256: SUM }));

/** A manifest as version 1 wrote it. */
const VERSION_1 = {
  format: 'gsmn-generation',
  version: 1,
  id: '0123456789abcdef',
  source: { name: 'data', split: 'test' },
  model: {
    config: {
      imageFeatureSize: 4,
      vocabularySize: 11,
      wordEmbeddingSize: 5,
      jointSize: 8,
      blocks: 2,
      kernels: 2,
      hiddenSize: 4,
      layers: 1,
      bidirectional: true,
      normalizeImages: true,
      normalizeCaptions: true,
      softmaxTemperature: 9,
      sparse: false,
      propagation: 'self',
    },
    fingerprints: { network: SUM, vocabulary: SUM, coarse: SUM },
  },
  coarse: { kind: 'cca', dimensions: 3 },
  ranking: { shortlist: 10, coarseWeight: 0.5 },
  backend: 'wasm',
  images: { count: 2, regions: 36 },
  captions: { count: 10, longest: 7 },
  nodes: { dtype: 'float16' },
  collections: { images: 'i', captions: 'c' },
  files: described([...IMAGE_PATHS, GENERATION_PATHS.captionNodes]),
};
const VERSION_2 = { ...VERSION_1, version: 2, holds: ['images', 'captions'] };
const IMAGES_ALONE = {
  ...VERSION_2,
  holds: ['images'],
  captions: { count: 0, longest: 0 },
  collections: { images: 'i' },
  files: described(IMAGE_PATHS),
};

function read(manifest: unknown) {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  const files: GenerationFiles = { name: 'generation', open: async (path) => bytesSource(path, bytes) };
  return readManifest(files);
}

describe('a manifest', () => {
  it('of version 1 reads as one of version 2 that holds both halves of unnamed features', async () => {
    const manifest = await read(VERSION_1);
    expect(manifest).toEqual(VERSION_2);
    expect(manifest.features).toBeUndefined();
    expect(await read(VERSION_2)).toEqual(manifest);
  });

  it('keeps the source of its features, and is written as it was read', async () => {
    const manifest = await read({ ...VERSION_2, features: FEATURES });
    expect(manifest.features).toEqual(FEATURES);
    const again = JSON.parse(new TextDecoder().decode(manifestBytes(manifest)));
    expect(again).toEqual({ ...VERSION_2, features: FEATURES });
  });

  it('of images alone needs no file and no collection of captions', async () => {
    expect((await read(IMAGES_ALONE)).collections).toEqual({ images: 'i' });
  });

  it.each([
    [
      'captions without their nodes',
      { ...VERSION_2, files: IMAGES_ALONE.files },
      'generation_incomplete',
      /captions\.nodes/,
    ],
    [
      'captions without a collection',
      { ...VERSION_2, collections: { images: 'i' } },
      'format_invalid',
      /collections\.captions/,
    ],
    [
      'a collection of captions that it does not hold',
      { ...IMAGES_ALONE, collections: VERSION_2.collections },
      'format_invalid',
      /collections\.captions/,
    ],
    [
      'captions that it does not hold',
      { ...IMAGES_ALONE, captions: VERSION_2.captions },
      'format_invalid',
      /captions\.count/,
    ],
    ['no images', { ...VERSION_2, holds: ['captions'] }, 'format_invalid', /holds/],
    ['a half twice', { ...VERSION_2, holds: ['images', 'images', 'captions'] }, 'format_invalid', /holds/],
    [
      'a half that is not known',
      { ...VERSION_2, holds: ['images', 'captions', 'sounds'] },
      'format_invalid',
      /holds/,
    ],
    [
      'features without a version',
      { ...VERSION_2, features: { ...FEATURES, version: undefined } },
      'format_invalid',
      /features\.version/,
    ],
    ['version 2 without what it holds', { ...VERSION_1, version: 2 }, 'format_invalid', /holds/],
    ['version 3', { ...VERSION_2, version: 3 }, 'format_unsupported', /version 3, .*1 and 2/],
    ['no version', { ...VERSION_2, version: undefined }, 'format_invalid', /version/],
  ])('is refused with %s', async (_, manifest, code, message) => {
    await expect(read(manifest)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
