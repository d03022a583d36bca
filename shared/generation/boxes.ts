import { AppError } from '../errors/index.ts';
import type { ByteSource } from '../formats/byte-source.ts';
import { type NpyReader, openNpy } from '../formats/npy/index.ts';

/** Reads boxes of a generation's images by ranges: `[images, R, 4]` float32, fractions of width and height. */
export class BoxesReader {
  readonly images: number;
  /** R. */
  readonly regions: number;
  readonly #reader: NpyReader;

  private constructor(reader: NpyReader, images: number, regions: number) {
    this.#reader = reader;
    this.images = images;
    this.regions = regions;
  }

  /**
   * Reads the header. The caller closes the source after the reader's last use.
   *
   * @throws AppError `format_invalid`, `shape_mismatch`.
   */
  static async open(source: ByteSource): Promise<BoxesReader> {
    const reader = await openNpy(source);
    const [images = 0, regions = 0, corners] = reader.shape;
    if (reader.shape.length !== 3 || corners !== 4) {
      throw new AppError(
        'shape_mismatch',
        `${source.name} is [${reader.shape.join(', ')}], expected [images, regions, 4]`,
        {
          hint: 'build the generation again',
        },
      );
    }
    return new BoxesReader(reader, images, regions);
  }

  /** Boxes of images `[from, to)`, `[to - from, R, 4]`. */
  read(from: number, to: number): Promise<Float32Array> {
    return this.#reader.readRows(from, to);
  }
}
