/**
 * `npm run pack:gpu-check [FILE]`: one archive that runs `npm run check:gpu` on a Linux x64 machine with nothing but a
 * graphics driver and the Vulkan loader. It has Node without its symbols, Dawn, and the files that the check loads:
 *
 *     tar -xzf gpu-check.tar.gz && gpu-check/check-gpu
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { AppError } from '../shared/errors/index.ts';
import { buildNodeKernels } from './build-node-kernels.ts';

const ROOT = join(import.meta.dirname, '..');

/** The check, and the programs of the threads that it starts. */
const ENTRIES = [
  'test/bench/gpu/main.ts',
  'shared/platform/encode/encode-worker.ts',
  'shared/platform/match/kernel-worker.ts',
];

/** What is loaded by its path: kernels with the sources that name them, and binaries of packages. */
const BY_PATH = [
  '.build/encode',
  '.build/match',
  'shared/encode/assembly',
  'shared/match/simd/assembly',
  'node_modules/@tensorflow/tfjs-backend-wasm/dist',
  'node_modules/webgpu/dist/linux-x64',
];

/** Only these files of the folders above. */
const LOADED = /\.(ts|json|wasm|node)$/;

/** The largest archive, in bytes. */
const MOST_BYTES = 55e6;

const START = `#!/bin/sh
exec "$(dirname "$0")/bin/node" "$(dirname "$0")/test/bench/gpu/main.ts" "$@"
`;

/** Files that the entries import, below the project's folder, and the manifests of their packages. */
async function importedFiles(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir: '.build/gpu-check',
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'error',
    platform: 'node',
    format: 'esm',
    // As Node resolves packages, not as bundlers do.
    conditions: [],
    mainFields: ['main'],
    // Compilers and TensorFlow are not loaded where they are not needed.
    external: ['*.node', 'assemblyscript/*', '@tensorflow/tfjs-node-gpu'],
  });
  const files = Object.keys(metafile.inputs);
  const manifests = new Set(files.filter((file) => file.startsWith('node_modules/')).flatMap(manifestsOf));
  return [...files, ...manifests, 'package.json', 'LICENSE', 'NOTICE'];
}

/** The `package.json` of a file's package, and those of folders in it, which say how to read the file. */
function manifestsOf(file: string): string[] {
  const found: string[] = [];
  for (let folder = dirname(file); folder !== 'node_modules'; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(join(ROOT, manifest))) found.push(manifest);
  }
  return found;
}

async function pack(archive: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new AppError('argument_invalid', 'the archive has the Node and the Dawn of Linux x64', {
      hint: 'run this on Linux x64',
    });
  }
  await buildNodeKernels();
  const work = mkdtempSync(join(tmpdir(), 'gpu-check-'));
  try {
    const folder = join(work, 'gpu-check');
    const put = (path: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(ROOT, path), join(folder, path), {
        recursive: true,
        dereference: true,
        filter: (source) => statSync(source).isDirectory() || !BY_PATH.includes(path) || LOADED.test(source),
      });
    };
    for (const path of [...(await importedFiles()), ...BY_PATH]) put(path);
    mkdirSync(join(folder, 'bin'));
    execFileSync('strip', ['-o', join(folder, 'bin/node'), process.execPath]);
    writeFileSync(join(folder, 'check-gpu'), START);
    for (const program of ['check-gpu', 'bin/node']) chmodSync(join(folder, program), 0o755);
    execFileSync('tar', ['-czf', archive, '-C', work, 'gpu-check']);
  } finally {
    rmSync(work, { recursive: true });
  }
  const bytes = statSync(archive).size;
  process.stdout.write(`${relative(process.cwd(), archive)}: ${(bytes / 1e6).toFixed(1)} MB\n`);
  if (bytes > MOST_BYTES) throw new AppError('internal', `it is larger than ${MOST_BYTES / 1e6} MB`);
}

if (import.meta.main) await pack(process.argv[2] ?? join(ROOT, '.build/gpu-check.tar.gz'));
