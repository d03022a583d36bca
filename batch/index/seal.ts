import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CAPTION_TERM_PATHS } from '../../shared/generation/caption-terms.ts';
import {
  GENERATION_PATHS,
  MODEL_FILES,
  manifestBytes,
  manifestSumFile,
  sha256Hex,
  sha256OfSource,
} from '../../shared/generation/index.ts';
import type { WorkOptions } from '../../shared/model/index.ts';
import { syncFolder, writing } from '../../shared/platform/atomic-file.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import type { RecallEncoder } from '../../shared/retrieval/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { IndexFolder } from './index-folder.ts';
import { type GenerationPlan, NODE_DTYPE } from './plan.ts';
import { JOURNAL, type Staging } from './staging.ts';

/**
 * Makes a finished build a generation: every file is hashed, the manifest and its own sum are written, and the folder is moved
 * to its place in one step. Progress counts bytes.
 */
export async function sealGeneration(
  index: IndexFolder,
  plan: GenerationPlan,
  recall: Pick<RecallEncoder, 'kind' | 'dimensions'>,
  staging: Staging,
  options: WorkOptions = {},
): Promise<GenerationManifest> {
  await staging.close();
  const files = await describeFiles(staging.path, options);
  const { model, split, captions } = plan;
  const manifest: GenerationManifest = {
    format: 'gsmn-generation',
    version: 2,
    id: plan.id,
    holds: plan.holds,
    source: { name: plan.sourceName, split: split.split },
    features: split.features,
    fields: plan.fields?.declared,
    model: { config: model.config, fingerprints: model.fingerprints },
    coarse: { kind: recall.kind, dimensions: recall.dimensions },
    ranking: plan.ranking,
    backend: plan.backend,
    images: { count: split.images, regions: split.regions },
    captions: {
      count: captions.length,
      longest: captions.reduce((longest, { ids }) => Math.max(longest, ids.length), 0),
    },
    nodes: { dtype: NODE_DTYPE },
    collections: plan.collections,
    files,
  };
  const bytes = manifestBytes(manifest);
  await staging.writeWhole(GENERATION_PATHS.manifest, bytes);
  await staging.writeWhole(GENERATION_PATHS.manifestSum, manifestSumFile(await sha256Hex([bytes])));
  const target = index.generation(plan.id);
  await writing(target, async () => {
    // The journal is not part of the generation.
    await rm(join(staging.path, JOURNAL), { force: true });
    await mkdir(dirname(target), { recursive: true });
    await syncFolder(staging.path);
    await rename(staging.path, target);
    await syncFolder(dirname(target));
  });
  return manifest;
}

async function describeFiles(
  folder: string,
  { signal, onProgress }: WorkOptions,
): Promise<GenerationManifest['files']> {
  const paths = [
    GENERATION_PATHS.imageNodes,
    GENERATION_PATHS.captionNodes,
    GENERATION_PATHS.boxes,
    GENERATION_PATHS.dependencies,
    GENERATION_PATHS.imageVectors,
    GENERATION_PATHS.captionVectors,
    ...CAPTION_TERM_PATHS,
    GENERATION_PATHS.imagePayloads,
    GENERATION_PATHS.captionPayloads,
    ...Object.values(MODEL_FILES).map((path) => `${GENERATION_PATHS.model}/${path}`),
  ].filter((path) => existsSync(join(folder, path)));
  const described: GenerationManifest['files'] = [];
  let before = 0;
  for (const path of paths.sort()) {
    await withFileSource(join(folder, path), async (source) => {
      const start = before;
      const sha256 = await sha256OfSource(source, {
        signal,
        onProgress: (done) => onProgress?.(start + done, start + source.size),
      });
      described.push({ path, bytes: source.size, sha256 });
      before += source.size;
    });
  }
  return described;
}
