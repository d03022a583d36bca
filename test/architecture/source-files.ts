import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** A source file of the project, with what it imports; paths are relative to the project's root. */
export interface SourceFile {
  readonly path: string;
  /** Specifiers as written, including type imports, dynamic imports and the modules of threads. */
  readonly specifiers: readonly string[];
  /** The project's files that the relative specifiers refer to. */
  readonly imports: readonly string[];
}

const root = resolve(import.meta.dirname, '../..');
const SPECIFIER = /(?:(?:from|import)\s*\(?|new URL\()\s*'([^']+)'/g;

/** The sources below the folders, without tests. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap(paths).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const specifiers = [...text.matchAll(SPECIFIER)].map((match) => match[1] ?? '');
    const imports = specifiers
      .filter((name) => name.startsWith('.') && name.endsWith('.ts'))
      .map((name) => relative(root, resolve(dirname(join(root, path)), name)));
    return { path, specifiers, imports };
  });
}

function paths(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('/assembly/') && !path.includes('node_modules'));
}

/** Import and export declarations that load a file of the project when their own is loaded. */
const DECLARATION = /^(?:import|export)\s+(?!type\b)(?:([^;']*?)\sfrom\s+)?'(\.[^']+\.ts)';/gm;

/** The files that an entry loads before it runs, itself among them: imports for types alone and dynamic ones are none. */
export function loadedFiles(entry: string): { readonly path: string; readonly lines: number }[] {
  const loaded = new Map<string, number>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (loaded.has(path)) continue;
    const text = readFileSync(join(root, path), 'utf8');
    loaded.set(path, text.split('\n').length - 1);
    for (const [, names = '', specifier = ''] of text.matchAll(DECLARATION)) {
      if (/^\{(?:\s*type\s[^,}]*,?)+\s*\}$/.test(names.trim())) continue;
      waiting.push(relative(root, resolve(dirname(join(root, path)), specifier)));
    }
  }
  return [...loaded].map(([path, lines]) => ({ path, lines }));
}
