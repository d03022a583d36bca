/** `npm run setup:tensorflow`: sets up the backend "tensorflow" (docs/tensorflow.md). Reports on stderr. */
import { resolve } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { toAppError } from '../../shared/errors/index.ts';
import { tensorflowFolder } from '../../shared/platform/tfjs/tensorflow-set-up.ts';
import { installTensorflow } from './install.ts';

interface Options {
  readonly cuda?: true;
  readonly wheel?: string;
  readonly target?: string;
  readonly force?: true;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

const { cuda, wheel, target, force } = new Command('npm run setup:tensorflow --')
  .description('Sets up the backend "tensorflow": compiles its binding against a current libtensorflow.')
  .option('--cuda', 'with CUDA, for an NVIDIA GPU (about 8 GiB; without: 1 GiB)')
  .option('--wheel <path>', 'a TensorFlow wheel, or a folder of wheels, instead of downloading')
  .option(
    '--target <folder>',
    'destination folder (default: GSMN_TENSORFLOW, or .tensorflow/ of the project)',
  )
  .option('--force', 'set it up again even if it exists')
  .parse()
  .opts<Options>();

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());

try {
  await installTensorflow({
    target: target === undefined ? tensorflowFolder() : resolve(target),
    device: cuda ? 'cuda' : 'cpu',
    wheel: wheel === undefined ? undefined : resolve(wheel),
    force: force === true,
    compiler: process.env.CXX || undefined,
    signal: abort.signal,
    say,
  });
} catch (thrown) {
  const error = toAppError(thrown);
  say(abort.signal.aborted ? 'stopped; nothing was changed' : `setup:tensorflow: ${error.message}`);
  if (error.hint && !abort.signal.aborted) say(`  ${error.hint}`);
  process.exitCode = abort.signal.aborted ? 130 : 1;
}
