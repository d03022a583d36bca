import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { AppError, toAppError } from '../../errors/index.ts';

const SOURCES = resolve(import.meta.dirname, '../../match/simd/assembly');
const FOLDER = resolve(import.meta.dirname, '../../../.build/match');
const FLAGS = [
  '-O3 --noAssert --runtime stub --use abort= --enable simd --enable threads',
  '--importMemory --initialMemory 1 --maximumMemory 65536',
].flatMap((some) => some.split(' '));

/** One way to build the kernel. */
export interface KernelBuild {
  /** With relaxed SIMD, which older engines refuse. */
  readonly relaxed: boolean;
  /** For a memory that threads share, which not every platform has. */
  readonly sharedMemory: boolean;
}

const loading = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The compiled kernel; built by the first call that finds none for the sources as they are now.
 * @throws AppError `backend_unavailable`
 */
export function loadMatchKernel(build: KernelBuild): Promise<WebAssembly.Module> {
  const name = buildName(build);
  const found = loading.get(name);
  if (found !== undefined) return found;
  const module = buildMatchKernel(build)
    .then((path) => WebAssembly.compile(readFileSync(path)))
    .catch((thrown: unknown) => {
      loading.delete(name);
      throw toAppError(thrown, 'backend_unavailable', 'the matching kernel');
    });
  loading.set(name, module);
  return module;
}

function buildName({ relaxed, sharedMemory }: KernelBuild): string {
  return `${relaxed ? 'relaxed' : 'plain'}-${sharedMemory ? 'shared' : 'single'}`;
}

/**
 * Compiles the sources unless that was done; the file's name holds the hash of what it was made from. Returns its path.
 */
async function buildMatchKernel(build: KernelBuild): Promise<string> {
  const sources = new Map(
    readdirSync(SOURCES)
      .toSorted()
      .map((name) => [name, readFileSync(join(SOURCES, name), 'utf8')]),
  );
  const flags = [
    ...FLAGS,
    ...(build.relaxed ? ['--enable', 'relaxed-simd'] : []),
    ...(build.sharedMemory ? ['--sharedMemory'] : []),
  ];
  const hash = createHash('sha256')
    .update(JSON.stringify([...sources, flags]))
    .digest('hex')
    .slice(0, 16);
  const path = join(FOLDER, `match-${buildName(build)}-${hash}.wasm`);
  if (existsSync(path)) return path;

  const { default: asc } = await import('assemblyscript/asc');
  let binary: Uint8Array | undefined;
  let said = '';
  const sink = {
    write: (chunk: string | Uint8Array) => {
      said += String(chunk);
      return true;
    },
  };
  const { error } = await asc.main(['kernel.ts', '-o', 'kernel.wasm', ...flags], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm' && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
    stdout: sink,
    stderr: sink,
  });
  if (error !== null || binary === undefined) {
    throw new AppError('internal', `${SOURCES} does not compile: ${said || error?.message}`, {
      cause: error,
    });
  }
  writeWhole(path, binary);
  return path;
}

/** Writes aside and renames, so that no other process sees half a file. */
function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(FOLDER, { recursive: true });
  const aside = `${path}.${process.pid}`;
  const file = openSync(aside, 'w');
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(aside, path);
}
