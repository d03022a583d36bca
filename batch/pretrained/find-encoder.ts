import { existsSync } from 'node:fs';
import { AppError } from '../../shared/errors/index.ts';
import {
  assertFileSums,
  findPretrainedFiles,
  type PretrainedFiles,
} from '../../shared/platform/pretrained/pretrained-files.ts';
import { hubModel } from './catalogue.ts';
import { findFetched, readRecord } from './fetched-models.ts';

/**
 * The pretrained encoder that somebody names: a folder, or the name of a fetched model. Its files are read for their
 * sums; those that were fetched must be what was recorded then.
 *
 * @param models the folder of fetched models.
 * @throws AppError `file_missing`, `checksum_mismatch`, `argument_invalid`, `file_unreadable`; the signal's reason.
 */
export async function findEncoder(
  nameOrFolder: string,
  models: string,
  signal?: AbortSignal,
): Promise<PretrainedFiles> {
  const isFolder = existsSync(nameOrFolder);
  const fetched = isFolder ? undefined : await fetchedOf(nameOrFolder, models);
  const folder = fetched?.folder ?? nameOrFolder;
  const files = await findPretrainedFiles(folder, signal);
  const record = await readRecord(folder);
  if (record !== undefined) {
    assertFileSums(folder, files.sums, record.files, `delete ${folder} and fetch the model again`);
  }
  return fetched === undefined ? files : { ...files, name: fetched.name };
}

async function fetchedOf(text: string, models: string): Promise<{ folder: string; name: string }> {
  const wanted = hubModel(text);
  const found = await findFetched(models, wanted);
  if (found !== undefined) return { folder: found.folder, name: wanted.entry?.name ?? wanted.repository };
  throw new AppError('file_missing', `the pretrained encoder ${text} is not in ${models}`, {
    hint: `fetch it: gsmn models fetch ${text}; without a connection: copy its folder from another machine and name it, --encoder DIR`,
  });
}
