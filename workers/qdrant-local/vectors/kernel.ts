import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { AppError, toAppError } from '../../../shared/errors/index.ts';

/** What `assembly/scan.ts` exports; addresses are bytes of the instance's memory. */
export interface ScanKernel {
  readonly memory: WebAssembly.Memory;
  scan(rows: number, n: number, d: number, query: number, out: number): void;
  dot(row: number, d: number, query: number): number;
  squaredDistance(row: number, d: number, query: number): number;
  absoluteDistance(row: number, d: number, query: number): number;
}

const SOURCE = join(import.meta.dirname, 'assembly', 'scan.ts');
const FOLDER = resolve(import.meta.dirname, '../../../.build/qdrant-local');
const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];

let loading: Promise<WebAssembly.Module> | undefined;

/** The compiled kernel; built by the first call that finds none for the source as it is now. */
export function loadScanKernel(): Promise<WebAssembly.Module> {
  loading ??= buildScanKernel()
    .then((path) => WebAssembly.compile(readFileSync(path)))
    .catch((thrown: unknown) => {
      loading = undefined;
      throw toAppError(thrown, 'backend_unavailable', 'the vector kernel of qdrant-local');
    });
  return loading;
}

/** An instance with a memory of its own. */
export function instantiateKernel(module: WebAssembly.Module): ScanKernel {
  return new WebAssembly.Instance(module).exports as unknown as ScanKernel;
}

/** Compiles `assembly/scan.ts` unless that was done; the file's name holds the hash of what it was made from. Returns its path. */
async function buildScanKernel(): Promise<string> {
  const source = readFileSync(SOURCE, 'utf8');
  const hash = createHash('sha256').update(source).update(FLAGS.join(' ')).digest('hex').slice(0, 16);
  const path = join(FOLDER, `scan-${hash}.wasm`);
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
  const { error } = await asc.main(['scan.ts', '-o', 'scan.wasm', ...FLAGS], {
    readFile: (name) => (name === 'scan.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'scan.wasm' && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
    stdout: sink,
    stderr: sink,
  });
  if (error !== null || binary === undefined) {
    throw new AppError('internal', `${SOURCE} does not compile: ${said || error?.message}`, { cause: error });
  }
  mkdirSync(FOLDER, { recursive: true });
  const aside = `${path}.${process.pid}`;
  const file = openSync(aside, 'w');
  try {
    writeSync(file, binary);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(aside, path);
  return path;
}
