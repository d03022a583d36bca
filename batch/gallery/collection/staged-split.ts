import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeEmptyFolder, syncFolder, writing } from '../../../shared/platform/atomic-file.ts';
import type { GallerySplit } from './plan.ts';

/** The files of a split while it is made: aside, in a hidden folder, until they are complete. */
export class StagedSplit {
  readonly #folder: string;
  readonly #split: GallerySplit;
  readonly #aside: string;
  readonly #names: string[] = [];

  private constructor(folder: string, split: GallerySplit) {
    this.#folder = folder;
    this.#split = split;
    this.#aside = join(folder, `.making-${split}`);
  }

  /** Starts again: removes what a killed run has left. */
  static async open(folder: string, split: GallerySplit): Promise<StagedSplit> {
    const staged = new StagedSplit(folder, split);
    await makeEmptyFolder(staged.#aside);
    const images = join(staged.#aside, 'images');
    await writing(images, () => mkdir(images));
    return staged;
  }

  /** The name of a row's image file, below the data folder's `images/`. */
  nameOf(row: number): string {
    return `${this.#split}/${String(row).padStart(5, '0')}.webp`;
  }

  async writeImage(row: number, file: Uint8Array): Promise<void> {
    const path = join(this.#aside, 'images', `${String(row).padStart(5, '0')}.webp`);
    await writing(path, () => writeFile(path, file));
  }

  /** Writes one of the files of the split, `{split}_{end}`, durably. */
  async writeFile(end: string, bytes: Uint8Array | string): Promise<void> {
    const name = `${this.#split}_${end}`;
    const path = join(this.#aside, name);
    await writing(path, async () => {
      const file = await open(path, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    });
    this.#names.push(name);
  }

  /** Puts everything in its place; only renames, so it takes a moment. */
  async publish(): Promise<void> {
    await writing(this.#folder, async () => {
      const images = join(this.#folder, 'images', this.#split);
      await mkdir(join(this.#folder, 'images'), { recursive: true });
      await rm(images, { recursive: true, force: true });
      await rename(join(this.#aside, 'images'), images);
      for (const name of this.#names) await rename(join(this.#aside, name), join(this.#folder, name));
      await syncFolder(this.#folder);
    });
    await this.discard();
  }

  async discard(): Promise<void> {
    await writing(this.#aside, () => rm(this.#aside, { recursive: true, force: true }));
  }
}
