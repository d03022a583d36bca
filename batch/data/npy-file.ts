import { type FileHandle, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type NpyWriteType, npyHeader } from '../../shared/formats/npy/index.ts';
import { openAside, syncFolder, writing } from '../../shared/platform/atomic-file.ts';

/**
 * A `.npy` file that is written row by row: first aside, then renamed when it is complete. A killed run leaves nothing
 * under the final name.
 */
export class NpyFile {
  readonly #path: string;
  readonly #aside: string;
  readonly #handle: FileHandle;

  private constructor(path: string, aside: string, handle: FileHandle) {
    this.#path = path;
    this.#aside = aside;
    this.#handle = handle;
  }

  /**
   * @param shape of the whole array.
   * @throws AppError `file_unwritable`, as all methods.
   */
  static async create(
    path: string,
    shape: readonly number[],
    dtype: NpyWriteType = 'float32',
  ): Promise<NpyFile> {
    return writing(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      const aside = await openAside(path);
      const file = new NpyFile(path, aside.path, aside.handle);
      try {
        await file.#append(npyHeader(shape, dtype));
      } catch (thrown) {
        await file.discard();
        throw thrown;
      }
      return file;
    });
  }

  /** Appends the next rows, in the order of the array; halves as their bits. */
  async append(rows: Float32Array | Uint16Array): Promise<void> {
    await this.#append(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await writing(this.#path, () => this.#handle.appendFile(bytes));
  }

  /** Completes the file: renames it to its final name. */
  async finish(): Promise<void> {
    await writing(this.#path, async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#aside, this.#path);
      await syncFolder(dirname(this.#path));
    });
  }

  /** Discards the file: nothing is left. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#aside, { force: true });
  }
}
