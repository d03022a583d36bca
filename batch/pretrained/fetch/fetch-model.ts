import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { assertWritable } from '../../../shared/platform/atomic-file.ts';
import {
  assertFileSums,
  NETWORKS,
  SIDE_FILES,
  sumFiles,
  WEIGHTS,
  type Weights,
} from '../../../shared/platform/pretrained/pretrained-files.ts';
import type { Report } from '../../report.ts';
import type { HubModel } from '../catalogue.ts';
import { type FetchedModel, findFetched, folderOf, readRecord, writeRecord } from '../fetched-models.ts';
import { askHub, fileAddress, type HubFile, OFFLINE_HINT } from './hub-file.ts';
import { type LoadOptions, loadFile } from './load-file.ts';

export interface FetchOptions extends Pick<LoadOptions, 'signal' | 'pauseMs'> {
  readonly model: HubModel;
  readonly weights: Weights;
  /** The folder of all fetched models. */
  readonly models: string;
  /** The address of the hub. */
  readonly hub: string;
}

/**
 * Fetches a model once: what is there already is compared with the sums that were recorded, without asking the hub. A
 * run that was stopped continues where it was. All files come from the commit that the first one names, and are compared
 * with the sums of the catalogue and of the hub where there are any.
 *
 * @returns the model, and whether something was fetched.
 * @throws AppError `download_failed`, `not_found`, `checksum_mismatch`, `file_unwritable`; the signal's reason.
 */
export async function fetchModel(
  options: FetchOptions,
  report: Report,
): Promise<FetchedModel & { readonly fetched: boolean }> {
  const { model, weights, models, hub, signal } = options;
  const known = await findFetched(models, model);
  const networks = Object.values(NETWORKS).map((network) => `${network}${WEIGHTS[weights]}.onnx`);
  if (known !== undefined && networks.every((path) => path in known.record.files)) {
    await verifyFetched(known, signal);
    return { ...known, fetched: false };
  }
  await assertWritable(join(models, 'x'));
  const ask = async (path: string, revision: string): Promise<HubFile | undefined> =>
    askHub(fileAddress(hub, model.repository, revision, path), signal);
  const first = await ask('config.json', model.revision);
  if (first === undefined) throw notThere(options, 'config.json');
  const commit = first.commit ?? model.revision;
  const folder = folderOf(models, model, commit);
  const sums: Record<string, string> = {};
  const load = async (path: string, needed: boolean): Promise<boolean> => {
    const file = await ask(path, commit);
    if (file === undefined) {
      if (needed) throw notThere(options, path);
      return false;
    }
    sums[path] = await report.stage(`fetch ${path}`, 'bytes', (onProgress) =>
      loadFile(file, join(folder, path), model.entry?.files?.[path], { ...options, onProgress }),
    );
    return true;
  };
  const sides = Object.values(SIDE_FILES);
  for (const path of new Set(sides.flatMap(({ needed }) => needed))) await load(path, true);
  for (const path of sides.flatMap(({ optional }) => optional)) await load(path, false);
  for (const path of networks) {
    await load(path, true);
    // The numbers of large networks are in further files.
    let more = await load(`${path}_data`, false);
    for (let at = 1; more; at++) more = await load(`${path}_data_${at}`, false);
  }
  const before = await readRecord(folder);
  const record = {
    format: 'gsmn-fetched-model',
    version: 1,
    repository: model.repository,
    revision: model.revision,
    commit: first.commit ?? null,
    files: { ...before?.files, ...sums },
  } as const;
  await writeRecord(folder, record);
  return { folder, record, fetched: true };
}

/** Compares what was fetched with what was recorded. @throws AppError `checksum_mismatch`, `file_missing`. */
async function verifyFetched({ folder, record }: FetchedModel, signal?: AbortSignal): Promise<void> {
  const found = await sumFiles(folder, Object.keys(record.files), signal);
  assertFileSums(folder, found, record.files, `delete ${folder} and fetch the model again`);
}

function notThere({ model, hub }: FetchOptions, path: string): AppError {
  const { repository, revision } = model;
  return new AppError('not_found', `${hub} has no ${path} in ${repository} at ${revision}`, {
    hint: `look at the name and the revision; a model needs ONNX files in the layout of Hugging Face (--weights names which); ${OFFLINE_HINT}`,
  });
}
