import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { type ActiveGeneration, parseActive, readManifest } from '../../shared/generation/index.ts';
import { readJsonFile, writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';

/**
 * The folder of an index:
 * - `generations/<id>/` finished generations, immutable;
 * - `building/<id>/` what a build has written so far;
 * - `active.json` names the active generation;
 * - `models/<key>/` models prepared from checkpoints;
 * - `qdrant.sqlite` the embedded vector database, if no server is named;
 * - `lock.sqlite` held by the process that changes the index.
 */
export class IndexFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get database(): string {
    return join(this.path, 'qdrant.sqlite');
  }

  get lock(): string {
    return join(this.path, 'lock.sqlite');
  }

  get models(): string {
    return join(this.path, 'models');
  }

  generation(id: string): string {
    return join(this.path, 'generations', id);
  }

  building(id: string): string {
    return join(this.path, 'building', id);
  }

  /** The active generation, or undefined if none was activated yet. */
  async active(): Promise<ActiveGeneration | undefined> {
    const path = join(this.path, 'active.json');
    const value = await readJsonFile(path);
    return value === undefined ? undefined : parseActive(value, path);
  }

  async writeActive(active: ActiveGeneration): Promise<void> {
    await writeFileAtomic(join(this.path, 'active.json'), `${JSON.stringify(active, undefined, 2)}\n`);
  }

  /** Finished generations, by id. */
  async generations(): Promise<string[]> {
    return listFolder(join(this.path, 'generations'));
  }

  /**
   * The finished generation whose id starts with these characters.
   *
   * @throws AppError `generation_missing`, `argument_invalid` when several do.
   */
  async findGeneration(beginning: string): Promise<string> {
    const found = (await this.generations()).filter((id) => id.startsWith(beginning));
    const [first] = found;
    if (first !== undefined && found.length === 1) return first;
    if (first === undefined) {
      throw new AppError('generation_missing', `the index ${this.path} has no generation ${beginning}`, {
        hint: '`gsmn index list` shows what is there',
      });
    }
    throw new AppError(
      'argument_invalid',
      `several generations start with ${beginning}: ${found.join(', ')}`,
      { hint: 'give more characters of the id' },
    );
  }

  /** Builds that did not finish. */
  async unfinished(): Promise<string[]> {
    return listFolder(join(this.path, 'building'));
  }

  /**
   * The manifest of a finished generation.
   *
   * @throws AppError `generation_missing`, `format_invalid`, `format_unsupported`.
   */
  async manifest(id: string): Promise<GenerationManifest> {
    try {
      return await readManifest(folderFiles(this.generation(id)));
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'file_missing') throw thrown;
      throw new AppError('generation_missing', `the index ${this.path} has no generation ${id}`, {
        hint: '`gsmn index list` shows what is there; `gsmn index build` makes one',
        cause: thrown,
      });
    }
  }

  /** The id of the active generation; an index without one is an error. */
  async requireActive(): Promise<string> {
    const active = await this.active();
    if (active !== undefined) return active.generation;
    throw new AppError('generation_missing', `the index ${this.path} has no active generation`, {
      hint: 'run `gsmn index build --data DIR` first',
    });
  }
}

async function listFolder(path: string): Promise<string[]> {
  try {
    const found = await readdir(path, { withFileTypes: true });
    return found
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new AppError('file_unreadable', `${path} cannot be listed`, { cause: thrown });
  }
}
