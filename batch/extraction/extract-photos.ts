import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import type { PretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import type { FeatureIdentity } from '../../shared/schema/index.ts';
import type { PhotoDevice } from '../features/photo-regions/photo-network.ts';
import type { ContentCache } from '../photos/memory/content-cache.ts';
import { type CollectedPhoto, collectPhotos } from '../photos/photo-collection.ts';
import { type PhotoProblem, writeProblems } from '../photos/photo-problem.ts';
import { DEFAULT_LIMITS, type PhotoLimits } from '../photos/read/photo-limits.ts';
import type { Report } from '../report.ts';
import { encodePhotos, photoVectorCache } from './encode-photos.ts';
import { extractFeatures } from './extract-features.ts';
import { type FeatureMaker, featureCache } from './feature-maker.ts';
import { networkFeatures } from './network-features.ts';
import { writePhotoSplit } from './photo-split.ts';

export interface ExtractOptions {
  /** A folder, or a list. */
  readonly source: string;
  /** The data folder, and the split of it that is written. */
  readonly data: string;
  readonly split: string;
  /** Where features are kept by content, and what is remembered of scans. */
  readonly cache: string;
  /** Where problems are listed; `problems.jsonl` in the cache by default. */
  readonly problems?: string | undefined;
  readonly limits?: PhotoLimits | undefined;
  /** Whether the places of photographs are read. */
  readonly gps?: boolean | undefined;
  readonly threads?: number | undefined;
  readonly processes?: number | undefined;
  /** What runs the network that ships; the processor by default. */
  readonly device?: PhotoDevice | undefined;
  /** Makes the features; by default the network that ships. */
  readonly maker?: FeatureMaker | undefined;
  /** Encodes the photographs as well. */
  readonly encoder?: PretrainedEncoder | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExtractResult {
  /** Rows of the split: different contents. */
  readonly images: number;
  /** Files with the same bytes as another one. */
  readonly copies: number;
  readonly captions: number;
  /** Contents that were described now. */
  readonly described: number;
  /** Whether the split was written; false if nothing changed. */
  readonly written: boolean;
  readonly problems: readonly PhotoProblem[];
  readonly problemsFile: string;
}

/** How data folders name the features of the network that ships. @throws AppError of `networkFeatures`. */
export async function photoFeatureIdentity(): Promise<FeatureIdentity> {
  return (await networkFeatures()).identity;
}

/** Features that are not in the cache, or damaged there. It leaves this file only if they vanish twice. */
class LostFeatures extends AppError {
  constructor(sha256: string) {
    super('file_unreadable', `the cache has lost the features of the photograph ${sha256}`, {
      hint: 'something deletes or damages them: look at the disk, or name another --cache',
    });
  }
}

async function vectorOf(vectors: ContentCache, sha256: string): Promise<Float32Array> {
  const bytes = await vectors.get(sha256);
  if (bytes !== undefined) return new Float32Array(bytes.buffer);
  throw new LostFeatures(sha256);
}

async function removeDamaged(features: ContentCache): Promise<void> {
  const sound = new Set<string>();
  for (const sha256 of await features.keys()) {
    if ((await features.get(sha256)) !== undefined) sound.add(sha256);
  }
  await features.keepOnly(sound);
}

/**
 * Makes a split of a data folder of a folder or list of photographs. What was described before is not described again, and a split whose
 * photographs did not change stays as it is.
 *
 * @throws AppError `file_missing` if there is no photograph; of `extractFeatures` and `writePhotoSplit`.
 */
export async function extractPhotos(options: ExtractOptions, report: Report): Promise<ExtractResult> {
  const {
    source,
    data,
    split,
    cache,
    limits = DEFAULT_LIMITS,
    gps = false,
    threads,
    encoder,
    signal,
  } = options;
  const problemsFile = options.problems ?? join(cache, 'problems.jsonl');
  const maker = options.maker ?? (await networkFeatures(options));
  const features = featureCache(cache, maker);
  const vectors = encoder && photoVectorCache(cache, encoder);
  const extract = async () => {
    const extracted = await extractFeatures({ source, cache, maker, limits, gps, threads, signal }, report);
    const { photos, problems } = extracted;
    await writeProblems(problemsFile, problems);
    if (photos.length === 0) {
      throw new AppError('file_missing', `${source} holds no photograph that can be read`, {
        hint:
          problems.length === 0
            ? 'name a folder with image files, or a list of them'
            : `${problemsFile} says what is wrong with ${problems.length.toLocaleString('en')} files`,
      });
    }
    if (encoder && vectors) {
      const contents = new Set(photos.map(({ inspection }) => inspection.sha256));
      await encodePhotos({ source, cache, vectors, encoder, contents, limits, threads, signal }, report);
    }
    return { ...extracted, collected: collectPhotos(photos) };
  };
  const write = (collected: readonly CollectedPhoto[]) =>
    report.stage('write features', 'photographs', (onProgress) =>
      writePhotoSplit(
        {
          folder: data,
          split,
          photos: collected,
          identity: maker.identity,
          wholeSize: maker.wholeSize,
          featuresOf: async (sha256) => {
            const bytes = await features.get(sha256);
            if (bytes !== undefined) return maker.unpack(bytes);
            throw new LostFeatures(sha256);
          },
          encoded: encoder && vectors && { encoder, vectorOf: (sha256) => vectorOf(vectors, sha256) },
        },
        { signal, onProgress },
      ),
    );
  let extracted = await extract();
  let { described } = extracted;
  let written: boolean;
  try {
    written = await write(extracted.collected);
  } catch (thrown) {
    if (!(thrown instanceof LostFeatures)) throw thrown;
    report.warn('features in the cache are damaged, and their photographs are described again');
    await removeDamaged(features);
    if (vectors) await removeDamaged(vectors);
    extracted = await extract();
    described += extracted.described;
    written = await write(extracted.collected);
  }
  const { photos, problems, collected } = extracted;
  return {
    images: collected.length,
    copies: photos.length - collected.length,
    captions: collected.reduce((sum, { given }) => sum + (given?.captions.length ?? 0), 0),
    described,
    written,
    problems,
    problemsFile,
  };
}
