import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { hasImageName } from '../photo-format.ts';
import type { PhotoProblem } from '../photo-problem.ts';
import type { Found } from './photo-entry.ts';
import { photoName } from './photo-name.ts';

/** Folders that programs keep for themselves: thumbnails, caches, packages, deleted files. */
const CACHES = new Set([
  '@eadir',
  '#recycle',
  '$recycle.bin',
  '__macosx',
  '__pycache__',
  'lost+found',
  'node_modules',
  'system volume information',
]);
/** Files that programs keep for themselves. */
const LITTER = /^(?:thumbs\.db|ehthumbs(?:_vista)?\.db|desktop\.ini|icon\r)$/i;

/** What a folder lists, with its name as text. */
interface Item {
  readonly name: string;
  readonly item: Dirent<Buffer>;
}

/**
 * The files of a folder and its subfolders that may be photographs, sorted by name, folder after folder. Hidden files
 * and folders, thumbnails and caches are left out. Links are followed, except those into the folder itself, whose files
 * are found where they are; a folder is visited once, so links cannot lead in circles.
 *
 * @throws AppError `file_missing`, `file_unreadable` for the folder itself; anything below it is a problem.
 */
export async function* findInFolder(folder: string): AsyncGenerator<Found> {
  const root = await realpath(folder).catch((cause) => {
    throw new AppError('file_missing', `there is no folder ${folder}`, { cause });
  });
  if (!(await stat(root)).isDirectory()) {
    throw new AppError('file_unreadable', `${folder} is not a folder`, {
      hint: 'pass a folder of image files, or a list of them that ends in .jsonl or .csv',
    });
  }
  yield* visit(root, '', root, new Set());
}

async function* visit(
  folder: string,
  below: string,
  root: string,
  visited: Set<string>,
): AsyncGenerator<Found> {
  const problem = (name: string, code: PhotoProblem['code'], reason: string) =>
    ({ kind: 'problem', path: below + name, code, reason }) as const;
  let items: Dirent<Buffer>[];
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    // Drives without inodes number them 0.
    const identity = ino === 0n ? folder : `${dev}:${ino}`;
    if (visited.has(identity)) return;
    visited.add(identity);
    items = await readdir(folder, { encoding: 'buffer', withFileTypes: true });
  } catch (thrown) {
    if (below === '') throw new AppError('file_unreadable', `${folder} cannot be read`, { cause: thrown });
    yield problem('', 'unreadable', `the folder cannot be read (${errorCode(thrown)})`);
    return;
  }
  for (const { name, item } of items.map(withName).filter(isShown).sort(byName)) {
    if (name.includes('\ufffd') && !Buffer.from(name).equals(item.name)) {
      if (item.isDirectory() || hasImageName(name)) {
        yield problem(photoName(name), 'name_invalid', 'the name is not UTF-8; rename it');
      }
      continue;
    }
    const path = join(folder, name);
    const promised = hasImageName(name);
    let kind: Pick<Stats, 'isFile' | 'isDirectory'> = item;
    if (item.isSymbolicLink()) {
      try {
        kind = await stat(path);
        if (kind.isDirectory() && isInside(root, await realpath(path))) continue;
      } catch (thrown) {
        if (promised)
          yield problem(photoName(name), 'missing', `the link leads nowhere (${errorCode(thrown)})`);
        continue;
      }
    }
    if (kind.isDirectory()) {
      yield* visit(path, `${below}${name}/`, root, visited);
    } else if (kind.isFile()) {
      const own = photoName(below + name);
      yield { kind: 'entry', id: own, name: own, location: { path }, promised };
    } else if (promised) {
      yield problem(photoName(name), 'not_a_file', 'this is a pipe, a socket or a device');
    }
  }
}

function withName(item: Dirent<Buffer>): Item {
  return { name: item.name.toString('utf8'), item };
}

function isShown({ name, item }: Item): boolean {
  if (name.startsWith('.')) return false;
  return !(item.isFile() ? LITTER.test(name) : CACHES.has(name.toLowerCase()));
}

/** By code units, which does not depend on the language of the machine. */
function byName(a: Item, b: Item): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

function errorCode(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code ?? String(thrown);
}
