import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import {
  GENERATION_PATHS,
  loadCrc32c,
  type Model,
  modelFiles,
  verifyFiles,
} from '../../shared/generation/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import type { PretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import { assertRecallInputs, openRecallEncoder } from '../../shared/retrieval/index.ts';
import type { GenerationManifest, Propagation } from '../../shared/schema/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import type { BoxFormat } from '../data/box-format.ts';
import { chooseSplit } from '../data/choose-split.ts';
import { assertFeaturesOf } from '../data/feature-identity.ts';
import { findCheckpoint } from '../data/find-files.ts';
import { fingerprintSplit } from '../data/fingerprint-split.ts';
import { imageFileNotes, imageFolder } from '../data/image-files.ts';
import { splitFields } from '../data/index-fields.ts';
import { openSplit } from '../data/open-split.ts';
import { recallInputs } from '../data/recall-images.ts';
import type { Split } from '../data/split.ts';
import { type LoadedModel, loadModel } from '../model/load-model.ts';
import { replaceRecall } from '../model/replace-recall.ts';
import type { Report } from '../report.ts';
import { activate } from './activate.ts';
import { writeCaptionTerms } from './caption-terms.ts';
import { encodeCaptions, encodeImages } from './encode-stages.ts';
import { IndexFolder } from './index-folder.ts';
import { lockIndex } from './index-lock.ts';
import { keepEncoder } from './keep-encoder.ts';
import { patientStore } from './patience.ts';
import { captionPayloads, imagePayloads, jsonLines } from './payloads.ts';
import { type GenerationPlan, planGeneration } from './plan.ts';
import { pushPoints, verifyPoints } from './points.ts';
import { probeStore } from './probe-store.ts';
import { sealGeneration } from './seal.ts';
import { Staging } from './staging.ts';
import { waitForIndexing } from './wait-for-indexing.ts';

/** Where the page finds the image files that `gsmn start` serves. */
export const IMAGE_SERVER = '/images/';

export interface BuildOptions {
  /** The index's folder. */
  readonly index: string;
  /** The data folder. */
  readonly data: string;
  readonly dataName?: string | undefined;
  /** How the data has its boxes; `xyxy` by default. */
  readonly boxFormat?: BoxFormat | undefined;
  /** Which split to search in; `test`, else `dev`, else `train`, else the only one. */
  readonly split?: string | undefined;
  /** A `.pth.tar` or a model folder; found in the data folder when absent. */
  readonly checkpoint?: string | undefined;
  readonly vocabulary?: string | undefined;
  readonly propagation?: Propagation | undefined;
  /** Declares the fields by which images are filtered; by default `index.schema.json` in the data folder, or the fields of photographs. */
  readonly schema?: string | undefined;
  /** Whether the words of captions are searched as well, as a channel of its own; false by default. */
  readonly searchCaptions?: boolean | undefined;
  /** Takes the place of the model's own recall encoder; the split must have been encoded with it. */
  readonly encoder?: PretrainedEncoder | undefined;
  readonly backend: string;
  /**
   * Prefix of the image files' addresses, where they are not looked up; by default `/images/` if the data folder has `images/`,
   * else none.
   */
  readonly imagesUrl?: string | undefined;
  /** Whether the generation is activated as soon as it is verified. Default true. */
  readonly activate?: boolean | undefined;
  /**
   * Whether every vector and payload in Qdrant is compared, even if the generation was built before and Qdrant holds all its points.
   * Default true; it takes seconds for ten thousand points.
   */
  readonly compareAgain?: boolean | undefined;
  readonly store: QdrantStore;
  readonly signal?: AbortSignal | undefined;
}

export interface BuildResult {
  readonly generation: string;
  /** False if the same generation existed already. */
  readonly built: boolean;
}

/**
 * Builds a generation from a data folder and a model: encodes images and captions aside, seals and verifies the files,
 * sends the points to Qdrant, verifies them, waits until they are indexed, and activates. If it is stopped at any moment and run again, it resumes
 * and ends in the same bytes. The active generation is not affected meanwhile. The database is asked before anything is encoded; later,
 * what fails in passing is tried again for two minutes.
 *
 * @throws AppError of every part, `conflict` when another build is at work, `cancelled`.
 */
export async function buildIndex(options: BuildOptions, report: Report): Promise<BuildResult> {
  const index = new IndexFolder(options.index);
  const lock = lockIndex(index.lock);
  try {
    const { store, signal } = options;
    // Everything else takes long, and would be for nothing.
    await probeStore(store, { signal });
    await index.clearRemoved();
    const patient = patientStore(store, { signal, say: (line) => report.warn(line) });
    return await buildLocked({ ...options, store: patient }, index, report);
  } finally {
    lock.release();
  }
}

async function buildLocked(options: BuildOptions, index: IndexFolder, report: Report): Promise<BuildResult> {
  const { store, signal, boxFormat } = options;
  const splitName = await chooseSplit(options.data, options.split);
  report.say(`images to search: split ${splitName} of ${options.data}`);
  const loaded = await loadModel(
    {
      ...options,
      checkpoint: await chooseCheckpoint(options, report),
      split: splitName,
      cache: index.models,
    },
    report,
  );
  const { vocabularySize } = loaded.model.config;
  try {
    const split = await openSplit(options.data, splitName, { vocabularySize, boxFormat });
    try {
      assertFeaturesOf(split, { ...loaded.model, ...loaded.from });
      const prefix = imagesUrl(options);
      const elsewhere = options.imagesUrl !== undefined;
      for (const note of [...split.notes, ...imageFileNotes(split, elsewhere)]) report.warn(note);
      const fields = await splitFields(split, options.schema);
      if (fields !== undefined) {
        report.say(
          `images can be filtered by ${Object.keys(fields.declared.fields).join(', ') || 'nothing'}`,
        );
        for (const note of fields.notes) report.warn(note);
      }
      const model = await searchedModel(loaded, split, index, options, report);
      const plan = await planGeneration({
        model,
        split,
        dataFingerprint: await fingerprintSplit(options.data, splitName, { boxFormat, signal }),
        sourceName: basename(resolve(options.data)),
        backend: loaded.engines.backend,
        fields,
        imagesUrl: prefix,
        searchCaptions: searchedCaptions(options, split),
      });
      const there = existsSync(join(index.generation(plan.id), GENERATION_PATHS.manifest));
      const manifest = there
        ? await index.manifest(plan.id)
        : await encode(index, plan, loaded.engines, options, report);
      for (const note of split.featureNotes()) report.warn(note);
      report.say(`generation ${plan.id}${there ? ' is built already' : ''}`);
      const compare = !there || (options.compareAgain ?? true);
      await publish(index, manifest, store, { compare, report, signal });
      if (options.activate !== false) await activate(index, store, plan.id);
      return { generation: plan.id, built: !there };
    } finally {
      await split.close();
    }
  } finally {
    await loaded.engines.encoder.dispose();
    await loaded.engines.matcher.dispose();
  }
}

/** Whether captions are searched. @throws AppError `argument_invalid` if they are to be, and there are none. */
function searchedCaptions(
  { searchCaptions = false }: BuildOptions,
  { captionImages, folder, split }: Split,
): boolean {
  if (!searchCaptions || captionImages.length > 0) return searchCaptions;
  throw new AppError('argument_invalid', `split ${split} of ${folder} has no captions to be searched`, {
    hint: 'Leave --search-captions out, or add captions: docs/data-folder.md',
  });
}

/** The loaded model, or the same with the pretrained encoder as recall encoder, which the index then keeps. */
async function searchedModel(
  loaded: LoadedModel,
  split: Split,
  index: IndexFolder,
  { encoder, signal }: BuildOptions,
  report: Report,
): Promise<Model> {
  if (encoder === undefined) return loaded.model;
  await keepEncoder(index, encoder, signal);
  return replaceRecall(loaded, encoder, split, report, signal);
}

async function encode(
  index: IndexFolder,
  plan: GenerationPlan,
  engines: LoadedModel['engines'],
  { encoder, signal }: Pick<BuildOptions, 'encoder' | 'signal'>,
  report: Report,
): Promise<GenerationManifest> {
  const { model } = plan;
  const recall = await openRecallEncoder(model.coarse, 'the recall encoder', encoder?.openTexts);
  const staging = await Staging.open(index.building(plan.id));
  try {
    assertRecallInputs(recall, recallInputs(plan.split), `split ${plan.split.split} of ${plan.split.folder}`);
    for (const [path, bytes] of modelFiles(model)) {
      await staging.writeWhole(join(GENERATION_PATHS.model, path), bytes);
    }
    const context = { plan, staging, encoder: engines.encoder, recall, crc32c: await loadCrc32c() };
    await report.stage('encode images', 'images', (onProgress) =>
      encodeImages(context, { signal, onProgress }),
    );
    await staging.writeWhole(GENERATION_PATHS.imagePayloads, jsonLines(imagePayloads(plan)));
    if (plan.searchCaptions) {
      await report.stage('weigh the words of captions', 'images', (onProgress) =>
        writeCaptionTerms(plan, staging, { signal, onProgress }),
      );
    }
    if (plan.holds.includes('captions')) {
      await report.stage('encode captions', 'captions', (onProgress) =>
        encodeCaptions(context, { signal, onProgress }),
      );
      await staging.writeWhole(GENERATION_PATHS.captionPayloads, jsonLines(captionPayloads(plan)));
    }
    const { dependencies } = plan.split;
    if (dependencies && plan.holds.includes('captions'))
      await staging.writeWhole(GENERATION_PATHS.dependencies, jsonLines(dependencies));
    return await report.stage('seal the files', 'bytes', (onProgress) =>
      sealGeneration(index, plan, recall, staging, { signal, onProgress }),
    );
  } finally {
    await staging.close();
    await recall.dispose?.();
  }
}

/**
 * Verifies the files, sends the points, verifies these, and waits until they are indexed. Points that were there are verified if `compare`
 * says so.
 */
async function publish(
  index: IndexFolder,
  manifest: GenerationManifest,
  store: QdrantStore,
  {
    compare,
    report,
    signal,
  }: { readonly compare: boolean; readonly report: Report; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const folder = index.generation(manifest.id);
  await report.stage('verify the files', 'bytes', (onProgress) =>
    verifyFiles(folderFiles(folder), manifest, { signal, onProgress }),
  );
  const sent = await report.stage('send points to Qdrant', 'points', (onProgress) =>
    pushPoints(store, folder, manifest, { signal, onProgress }),
  );
  if (compare || sent > 0) await verifySent(folder, manifest, store, report, signal);
  await report.stage('index in Qdrant', 'points', (onProgress) =>
    waitForIndexing(store, manifest, { signal, onProgress }),
  );
}

/** Compares every point, and repairs those that differ. */
async function verifySent(
  folder: string,
  manifest: GenerationManifest,
  store: QdrantStore,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const repaired = await report.stage('verify the points', 'points', (onProgress) =>
    pushPoints(store, folder, manifest, { compare: 'contents', signal, onProgress }),
  );
  if (repaired === 0) return;
  report.warn(`${repaired} points in Qdrant differed from the generation, and were written again`);
  await verifyPoints(store, folder, manifest, { signal });
}

async function chooseCheckpoint(options: BuildOptions, report: Report): Promise<string> {
  if (options.checkpoint !== undefined) return options.checkpoint;
  const { path, reason, others } = await findCheckpoint(options.data);
  const beside = others.length > 0 ? `; also found: ${others.join(', ')} (--checkpoint)` : '';
  report.say(`checkpoint: ${path} (${reason}${beside})`);
  return path;
}

function imagesUrl({ data, imagesUrl: given }: BuildOptions): string | undefined {
  if (given !== undefined) return given.endsWith('/') ? given : `${given}/`;
  return existsSync(imageFolder(data)) ? IMAGE_SERVER : undefined;
}
