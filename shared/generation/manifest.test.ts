import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { bytesSource } from '../formats/byte-source.ts';
import { type ActiveGeneration, parseActive } from './active-generation.ts';
import { sha256Hex } from './checksum.ts';
import type { GenerationFiles } from './generation-files.ts';
import {
  GENERATION_PATHS,
  manifestBytes,
  manifestSumFile,
  readManifest,
  readStoredManifest,
} from './manifest.ts';
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

/** A folder with these files. */
function filesOf(contents: Readonly<Record<string, Uint8Array>>): GenerationFiles {
  return {
    name: 'generation',
    open: async (path) => {
      const bytes = contents[path];
      if (bytes === undefined) throw new AppError('file_missing', path);
      return bytesSource(path, bytes);
    },
  };
}

function read(manifest: unknown) {
  return readManifest(
    filesOf({ [GENERATION_PATHS.manifest]: new TextEncoder().encode(JSON.stringify(manifest)) }),
  );
}

/** Every change of one bit; the bytes are changed in place. */
function* flips(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      yield `bit ${bit} of byte ${at}`;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
    }
  }
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

describe('the sum of a manifest', () => {
  const seal = async () => {
    const bytes = manifestBytes(await read({ ...VERSION_2, features: FEATURES }));
    const sha256 = await sha256Hex([bytes]);
    return { bytes, sha256, sum: new TextEncoder().encode(manifestSumFile(sha256)) };
  };
  /** The flips that reading accepts. */
  async function accepted(changed: Uint8Array, read: () => Promise<unknown>): Promise<string[]> {
    const passed: string[] = [];
    for (const flip of flips(changed)) {
      await read().then(
        () => passed.push(flip),
        (thrown: unknown) => {
          if (!(thrown instanceof AppError)) throw thrown;
        },
      );
    }
    return passed;
  }

  it('lets no change of one bit pass, with the sum beside the manifest', async () => {
    const { bytes, sha256, sum } = await seal();
    const files = filesOf({ [GENERATION_PATHS.manifest]: bytes, [GENERATION_PATHS.manifestSum]: sum });
    expect(await readStoredManifest(files)).toMatchObject({ sha256, sealed: true });
    expect(await accepted(bytes, () => readManifest(files))).toEqual([]);
    expect(await accepted(sum, () => readManifest(files))).toEqual([]);
  }, 120_000);

  it('lets none pass with the sum of the active generation alone, and is unknown for an older generation', async () => {
    const { bytes, sha256 } = await seal();
    const files = filesOf({ [GENERATION_PATHS.manifest]: bytes });
    expect(await readStoredManifest(files)).toMatchObject({ sha256, sealed: false });
    expect(await accepted(bytes, () => readManifest(files, sha256))).toEqual([]);
  }, 120_000);

  it('tells a manifest that was exchanged together with its sum', async () => {
    const { bytes, sum } = await seal();
    const files = filesOf({ [GENERATION_PATHS.manifest]: bytes, [GENERATION_PATHS.manifestSum]: sum });
    await expect(readManifest(files, SUM)).rejects.toMatchObject({
      code: 'checksum_mismatch',
      message: expect.stringContaining('active.json'),
    });
  });

  it('in active.json is refused with one bit changed, or leads to another generation', async () => {
    const { sha256 } = await seal();
    const active = { generation: VERSION_2.id, manifest: sha256, previous: 'fedcba9876543210' };
    const bytes = new TextEncoder().encode(JSON.stringify(active));
    for (const flip of flips(bytes)) {
      let parsed: ActiveGeneration;
      try {
        parsed = parseActive(
          JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
          'active.json',
        );
      } catch {
        continue;
      }
      // Another id names no folder, another sum fits no manifest; the previous generation is named by its id, too.
      expect(parsed, flip).not.toEqual(active);
      expect(parsed.manifest, flip).toBeDefined();
    }
  });
});
