import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { AppError, toAppError } from '../../errors/index.ts';
import { writeFileAtomic } from '../atomic-file.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const BUILD_FOLDER = join(ROOT, '.build');

/** A folder of sources in AssemblyScript. */
export interface AssemblyFolder {
  readonly path: string;
  /** Files that are generated when they are compiled, by the names that others import them by. */
  readonly generated?: Readonly<Record<string, () => string>> | undefined;
}

/** A WebAssembly module in AssemblyScript. */
export interface AssemblySource {
  /** Its sources, all of them but those of `imports`. */
  readonly folder: AssemblyFolder;
  /** Folders of other modules whose files it imports by their relative paths. */
  readonly imports?: readonly AssemblyFolder[] | undefined;
  /** The file among them that exports what the module exports. */
  readonly entry: string;
  /** What the built file is called, below `.build`: a path without an ending. */
  readonly target: string;
  readonly flags: readonly string[];
}

const loading = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The module, compiled by the first call; its file is built if no build for the current sources exists.
 *
 * @param what names the module in errors
 * @throws AppError `backend_unavailable`
 */
export function loadAssembly(source: AssemblySource, what: string): Promise<WebAssembly.Module> {
  const found = loading.get(source.target);
  if (found !== undefined) return found;
  const module = compile(source).catch((thrown: unknown) => {
    loading.delete(source.target);
    throw toAppError(thrown, 'backend_unavailable', what);
  });
  loading.set(source.target, module);
  return module;
}

async function compile(source: AssemblySource): Promise<WebAssembly.Module> {
  return WebAssembly.compile(readFileSync(await buildAssembly(source)));
}

/**
 * Path of the built file, whose name contains the hash of its sources; built unless that was done.
 *
 * @throws AppError `internal` when the sources do not compile, `file_unwritable`
 */
export async function buildAssembly(source: AssemblySource): Promise<string> {
  const sources = new Map([source.folder, ...(source.imports ?? [])].flatMap(filesOf));
  const hash = createHash('sha256')
    .update(JSON.stringify([...sources, source.flags]))
    .digest('hex')
    .slice(0, 16);
  const path = join(BUILD_FOLDER, `${source.target}-${hash}.wasm`);
  if (!existsSync(path)) await writeFileAtomic(path, await build(source, sources));
  return path;
}

/** The compiler's name of a file: its path below the project's folder, whatever the system's separator is. */
function sourceName(path: string): string {
  return relative(ROOT, path).replaceAll('\\', '/');
}

function filesOf({ path: folder, generated = {} }: AssemblyFolder): [name: string, text: string][] {
  const files = readdirSync(folder).map((name): [string, string] => [
    name,
    readFileSync(join(folder, name), 'utf8'),
  ]);
  const made = Object.entries(generated).map(([name, text]): [string, string] => [name, text()]);
  return [...files, ...made].toSorted().map(([name, text]) => [sourceName(join(folder, name)), text]);
}

async function build(
  { folder, entry, flags }: AssemblySource,
  sources: ReadonlyMap<string, string>,
): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  let binary: Uint8Array | undefined;
  let said = '';
  const sink = {
    write: (chunk: string | Uint8Array) => {
      said += String(chunk);
      return true;
    },
  };
  const { error } = await asc.main([sourceName(join(folder.path, entry)), '-o', 'module.wasm', ...flags], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => {
      if (name === 'module.wasm' && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
    stdout: sink,
    stderr: sink,
  });
  if (error === null && binary !== undefined) return binary;
  throw new AppError('internal', `${folder.path} does not compile: ${said || error?.message}`, { cause: error });
}
