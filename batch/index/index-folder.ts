import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import {
  type ActiveGeneration,
  GENERATION_PATHS,
  parseActive,
  readStoredManifest,
  type StoredManifest,
} from '../../shared/generation/index.ts';
import { readJsonFile, syncFolder, writeFileAtomic, writing } from '../../shared/platform/atomic-file.ts';
import { fileReason } from '../../shared/platform/file-reason.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';

/**
 * The folder of an index:
 * - `generations/<id>/` finished generations, immutable;
 * - `building/<id>/` what a build has written so far;
 * - `removing/<id>/` removed generations whose files are not all deleted yet;
 * - `active.json` names the active generation, with the sum of its manifest;
 * - `models/<key>/` models prepared from checkpoints;
 * - `encoders/<id>/` what texts are encoded with, of pretrained encoders;
 * - `renditions/` image files at the sizes in which they are served, by their content;
 * - `photos/` of an index of photographs: their features by content, and the data folder that is made of them;
 * - `qdrant.sqlite` the embedded vector database, if no server is named;
 * - `qdrant.json` where the process that has it open serves it;
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

  get databaseAddress(): string {
    return join(this.path, 'qdrant.json');
  }

  get lock(): string {
    return join(this.path, 'lock.sqlite');
  }

  get models(): string {
    return join(this.path, 'models');
  }

  get encoders(): string {
    return join(this.path, 'encoders');
  }

  get renditions(): string {
    return join(this.path, 'renditions');
  }

  get photos(): string {
    return join(this.path, 'photos');
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
   * The generation whose id starts with these characters, a finished one by default.
   *
   * @throws AppError `generation_missing`, `argument_invalid` when several do.
   */
  async findGeneration(
    beginning: string,
    { unfinished = false }: { readonly unfinished?: boolean } = {},
  ): Promise<string> {
    const known = new Set([...(await this.generations()), ...(unfinished ? await this.unfinished() : [])]);
    const found = [...known].filter((id) => id.startsWith(beginning));
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

  /** The pretrained encoders whose text side is here. */
  async keptEncoders(): Promise<string[]> {
    return listFolder(this.encoders);
  }

  /** Builds that did not finish. */
  async unfinished(): Promise<string[]> {
    return listFolder(join(this.path, 'building'));
  }

  /** Finished generations, the newest first. */
  async generationsByAge(): Promise<string[]> {
    const aged = await Promise.all(
      (await this.generations()).map(async (id) => {
        // The manifest is the last file that is written.
        const manifest = join(this.generation(id), GENERATION_PATHS.manifest);
        const { mtimeMs } = await stat(existsSync(manifest) ? manifest : this.generation(id));
        return { id, mtimeMs };
      }),
    );
    return aged.sort((a, b) => b.mtimeMs - a.mtimeMs).map(({ id }) => id);
  }

  /** Takes a generation out of the index in one step, finished or not. `clearRemoved` deletes its files. */
  async remove(id: string): Promise<void> {
    for (const path of [this.generation(id), this.building(id)]) {
      if (!existsSync(path)) continue;
      await writing(path, async () => {
        await mkdir(this.#removing, { recursive: true });
        await rm(join(this.#removing, id), { recursive: true, force: true });
        await rename(path, join(this.#removing, id));
        await syncFolder(dirname(path));
      });
    }
  }

  /** Deletes the files of removed generations, also those that a killed process left. */
  async clearRemoved(): Promise<void> {
    await writing(this.#removing, () => rm(this.#removing, { recursive: true, force: true }));
  }

  get #removing(): string {
    return join(this.path, 'removing');
  }

  /**
   * The manifest of a finished generation, checked against its sum; that of the active one also against `active.json`.
   *
   * @throws AppError `generation_missing`, `format_invalid`, `format_unsupported`, `checksum_mismatch`.
   */
  async manifest(id: string): Promise<GenerationManifest> {
    const active = await this.active();
    const expected = active?.generation === id ? active.manifest : undefined;
    return (await this.storedManifest(id, expected)).manifest;
  }

  /**
   * The manifest of a finished generation with the sum of its bytes, checked against the generation's own sum and `expected`.
   *
   * @throws AppError as `manifest`.
   */
  async storedManifest(id: string, expected?: string): Promise<StoredManifest> {
    try {
      return await readStoredManifest(folderFiles(this.generation(id)), expected);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'file_missing') throw thrown;
      throw new AppError('generation_missing', `the index ${this.path} has no generation ${id}`, {
        hint: '`gsmn index list` shows what is there; `gsmn index build` makes one',
        cause: thrown,
      });
    }
  }

  /** The active generation; an index without one is an error. */
  async requireActive(): Promise<ActiveGeneration> {
    const active = await this.active();
    if (active !== undefined) return active;
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
    throw new AppError('file_unreadable', `${path} cannot be listed: ${fileReason(thrown)}`, {
      cause: thrown,
    });
  }
}
