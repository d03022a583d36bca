import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../../errors/index.ts';
import { writeFileAtomic } from '../atomic-file.ts';

const BUILD_FOLDER = resolve(import.meta.dirname, '../../../.build');

/** A WebAssembly module in AssemblyScript. */
export interface AssemblySource {
  /** Folder of its sources, all of them. */
  readonly folder: string;
  /** The file among them that exports what the module exports. */
  readonly entry: string;
  /** What the built file is called, below `.build`: a path without an ending. */
  readonly target: string;
  readonly flags: readonly string[];
}

/**
 * The module, compiled unless that was done: the built file's name holds the hash of what it was made from.
 *
 * @throws AppError `internal` when the sources do not compile, `file_unwritable`
 */
export async function compileAssembly(source: AssemblySource): Promise<WebAssembly.Module> {
  const sources = new Map(
    readdirSync(source.folder)
      .toSorted()
      .map((name) => [name, readFileSync(join(source.folder, name), 'utf8')]),
  );
  const hash = createHash('sha256')
    .update(JSON.stringify([...sources, source.flags]))
    .digest('hex')
    .slice(0, 16);
  const path = join(BUILD_FOLDER, `${source.target}-${hash}.wasm`);
  if (!existsSync(path)) await writeFileAtomic(path, await build(source, sources));
  return WebAssembly.compile(readFileSync(path));
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
  const { error } = await asc.main([entry, '-o', 'module.wasm', ...flags], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => {
      if (name === 'module.wasm' && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
    stdout: sink,
    stderr: sink,
  });
  if (error === null && binary !== undefined) return binary;
  throw new AppError('internal', `${folder} does not compile: ${said || error?.message}`, { cause: error });
}
