import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import {
  canonicalJson,
  comparesParses,
  MODEL_FILES,
  type Model,
  modelFiles,
  readModel,
  sha256Hex,
} from '../../shared/generation/index.ts';
import { assertWritable, makeEmptyFolder, syncFolder, writing } from '../../shared/platform/atomic-file.ts';
import { createEngines, type Engines } from '../../shared/platform/engines/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { shippedParserPath } from '../../shared/platform/parse/index.ts';
import { COARSE_DEFAULTS, RANKING_DEFAULTS } from '../../shared/retrieval/index.ts';
import type { ModelConfig, Propagation } from '../../shared/schema/index.ts';
import { type LoadedNetwork, loadNetwork } from '../checkpoint/load-network.ts';
import type { BoxFormat } from '../data/box-format.ts';
import { findVocabulary } from '../data/find-files.ts';
import { fingerprintFile, fingerprintSplit } from '../data/fingerprint-split.ts';
import { listSplits } from '../data/split-files.ts';
import type { Report } from '../report.ts';
import { prepareModel } from './prepare-model.ts';
import { readStoredRecall } from './stored-recall.ts';

interface ModelSources {
  /** A `.pth.tar` of the released code, or a model folder, which is used unchanged. */
  readonly checkpoint: string;
  /** Data folder whose `train` and `dev` splits are used to prepare a checkpoint. */
  readonly data: string;
  readonly dataName?: string | undefined;
  readonly boxFormat?: BoxFormat | undefined;
  readonly vocabulary?: string | undefined;
  readonly propagation?: Propagation | undefined;
  readonly backend: string;
  /** Split whose images are used if there is no captioned `train` split. */
  readonly split: string;
  readonly signal?: AbortSignal | undefined;
}

/** A model that is kept is fitted as a whole: what it is kept by does not know of another recall encoder. */
export type LoadModelOptions = ModelSources &
  (
    | {
        /** Folder for prepared models, so that the next build finds them. */
        readonly cache: string;
        readonly recall?: undefined;
        readonly shortQueries?: undefined;
      }
    | {
        readonly cache: undefined;
        /** A folder with a recall encoder that is fitted already (`gsmn photos train`). */
        readonly recall?: string | undefined;
        /** Phrases of its captions that each image has as additional captions when recall is fitted; none by default. */
        readonly shortQueries?: number | undefined;
      }
  );

/** A model ready to search, with its engines; the caller disposes of them. */
export interface LoadedModel {
  readonly model: Model;
  readonly engines: Engines;
  /** What it was read from. */
  readonly from: Pick<LoadedNetwork, 'path' | 'kind'>;
}

/**
 * The model of a checkpoint: prepared now, or taken from the cache if the same checkpoint was prepared with the same
 * data before.
 *
 * @throws AppError of the readers, `backend_unavailable`, `format_unsupported`, `shape_mismatch`, `cancelled`.
 */
export async function loadModel(options: LoadModelOptions, report: Report): Promise<LoadedModel> {
  const network = await loadNetwork(options.checkpoint, options.propagation);
  const engines = await createEngines(network.config, network.parameters, options.backend);
  report.say(`backend: ${engines.backend}`);
  try {
    if (network.kind === 'model folder') return { model: await ownModel(options), engines, from: network };
    const vocabulary = options.vocabulary ?? (await findVocabulary(options.data, options.dataName));
    const folder =
      options.cache === undefined
        ? undefined
        : join(options.cache, await cacheKey(options, network.config, vocabulary, engines.backend, report));
    if (folder !== undefined && existsSync(join(folder, MODEL_FILES.config))) {
      return { model: await readModel(folderFiles(folder)), engines, from: network };
    }
    const { data, boxFormat, split, shortQueries, signal } = options;
    const recall = options.recall === undefined ? undefined : await readStoredRecall(options.recall);
    const model = await prepareModel(
      { network, engines, vocabulary, data, boxFormat, fallbackSplit: split, recall, shortQueries, signal },
      report,
    );
    if (folder !== undefined) await writeModel(model, folder);
    return { model, engines, from: network };
  } catch (thrown) {
    await engines.encoder.dispose();
    await engines.matcher.dispose();
    throw thrown;
  }
}

/**
 * Checks that a model folder can be written, before the work of preparing a model.
 *
 * @throws AppError `conflict` if the folder exists already, `file_unwritable`.
 */
export async function assertNewModelFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return assertWritable(folder);
  throw new AppError('conflict', `${folder} exists already`, { hint: 'choose another folder, or delete it' });
}

/**
 * Writes a model folder: completely or not at all.
 *
 * @throws AppError `conflict` if the folder exists already, `file_unwritable`.
 */
export async function writeModel(model: Model, folder: string): Promise<void> {
  await assertNewModelFolder(folder);
  const aside = `${folder}.tmp`;
  await writing(folder, async () => {
    await makeEmptyFolder(aside);
    for (const [path, bytes] of modelFiles(model)) await writeFile(join(aside, path), bytes, { flush: true });
    await syncFolder(aside);
    await rename(aside, folder);
    await syncFolder(dirname(folder));
  });
}

/** A model folder is already prepared; another propagation would need another weight. */
async function ownModel({ checkpoint, propagation, recall }: LoadModelOptions): Promise<Model> {
  if (recall !== undefined) {
    throw new AppError('argument_invalid', `the model ${checkpoint} has a recall encoder already`, {
      hint: 'prepare it again from its checkpoint: gsmn model prepare --recall DIR',
    });
  }
  const model = await readModel(folderFiles(checkpoint));
  const own = model.config.propagation;
  if (propagation === undefined || propagation === own) return model;
  throw new AppError('argument_invalid', `the model ${checkpoint} was prepared to propagate "${own}"`, {
    hint: `prepare it again from its checkpoint: gsmn model prepare --propagation ${propagation}`,
  });
}

/** What a prepared model depends on. */
async function cacheKey(
  { checkpoint, data, boxFormat, propagation = 'self', signal, split }: ModelSources,
  config: ModelConfig,
  vocabulary: string,
  backend: string,
  report: Report,
): Promise<string> {
  const present = await listSplits(data);
  const used = [...new Set(['train', 'dev', split])].filter((name) => present.includes(name));
  const splits = await report.stage('read the data', 'bytes', async (onProgress) => {
    const sums: string[] = [];
    let before = 0;
    for (const name of used) {
      const start = before;
      const hear = (done: number, total: number): void => {
        before = start + done;
        onProgress(start + done, start + total);
      };
      sums.push(name, await fingerprintSplit(data, name, { boxFormat, signal, onProgress: hear }));
    }
    return sums;
  });
  const parts = {
    version: 3,
    checkpoint: await fingerprintFile(checkpoint, { signal }),
    vocabulary: await fingerprintFile(vocabulary, { signal }),
    propagation,
    ...(comparesParses(config) ? { parser: await fingerprintFile(shippedParserPath(), { signal }) } : {}),
    backend,
    splits,
    coarse: COARSE_DEFAULTS,
    ranking: RANKING_DEFAULTS,
  };
  return (await sha256Hex([canonicalJson(parts)])).slice(0, 16);
}
