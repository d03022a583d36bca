import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { type ElementType, elementCount, type NumberArray } from '../numbers/element-type.ts';
import { allocate, decodeElements, type Encoding, readElements } from '../numbers/read-elements.ts';
import { readColumnMajor } from './column-major.ts';
import { type NpyHeader, readNpyHeader } from './header.ts';
import type { NpyField } from './item-type.ts';

/** Bytes of structures that are read at once. */
const STEP = 4 << 20;

/**
 * Opens a .npy file as numpy writes it. The caller closes the source after the reader's last use.
 *
 * @throws AppError `format_invalid` for bytes that are not a .npy file or do not have the length in the header;
 *   `format_unsupported` for an unknown version.
 */
export async function openNpy(source: ByteSource): Promise<NpyReader> {
  return new NpyReader(source, await readNpyHeader(source));
}

/** Reads an array by rows: a row is an index of the first axis; a scalar has one row. */
export class NpyReader {
  readonly shape: readonly number[];
  /** The type of the numbers, or why there are none: `object`, `structured`, or numpy's code of a type without numbers. */
  readonly dtype: ElementType | 'object' | 'structured' | (string & {});
  /** The fields of a structured array; empty for others. */
  readonly fields: readonly NpyField[];
  /** Extent of the first axis; 1 for a scalar. */
  readonly rows: number;
  /** Items of a row: the product of the other extents. */
  readonly rowSize: number;
  readonly #source: ByteSource;
  readonly #header: NpyHeader;

  constructor(source: ByteSource, header: NpyHeader) {
    const { item, shape } = header;
    this.#source = source;
    this.#header = header;
    this.shape = shape;
    this.dtype = item.kind === 'number' ? item.encoding.type : item.kind === 'other' ? item.text : item.kind;
    this.fields = item.kind === 'structured' ? item.fields : [];
    this.rows = shape[0] ?? 1;
    this.rowSize = elementCount(shape.slice(1));
  }

  /**
   * Rows `[from, to)` as float32, from any number type, row-major: `[to - from, ...shape.slice(1)]`.
   *
   * @throws AppError `argument_invalid` for rows that do not exist; `format_unsupported` if the items are not numbers;
   *   `memory_exhausted`.
   */
  readRows(from: number, to: number): Promise<Float32Array> {
    return this.#read(from, to, (count) => new Float32Array(count));
  }

  /**
   * Rows `[from, to)` as float64, which holds every number type exactly (64-bit integers up to 2^53), row-major.
   *
   * @throws AppError as `readRows`; `format_unsupported` for an integer beyond 2^53.
   */
  readNumbers(from: number, to: number): Promise<Float64Array> {
    return this.#read(from, to, (count) => new Float64Array(count));
  }

  /**
   * One field of the rows `[from, to)` of a structured array, row-major with the field's own axes last.
   *
   * @throws AppError as `readNumbers`; `format_invalid` if there is no such field.
   */
  async readField(name: string, from: number, to: number): Promise<Float64Array> {
    const { item, dataOffset, fortranOrder } = this.#header;
    this.#assertRows(from, to);
    const field = this.fields.find((candidate) => candidate.name === name);
    if (field === undefined) {
      const names = this.fields.map((candidate) => candidate.name).join(', ');
      throw new AppError('format_invalid', `${this.#source.name}: has no field "${name}"`, {
        hint: names === '' ? `it is an array of ${this.dtype}` : `its fields are ${names}`,
      });
    }
    if (field.type.kind !== 'number') throw this.#unsupported(`its field "${name}" holds no numbers`);
    if (fortranOrder && this.shape.length > 1)
      throw this.#unsupported('structures are in column-major order');
    const perItem = elementCount(field.shape);
    const [first, last] = [from * this.rowSize, to * this.rowSize];
    const values = allocate(this.#source.name, (last - first) * perItem, (count) => new Float64Array(count));
    if (values.length === 0) return values;
    const step = Math.max(1, Math.floor(STEP / item.bytes));
    for (let start = first; start < last; start += step) {
      const items = Math.min(step, last - start);
      const bytes = await this.#source.read(dataOffset + start * item.bytes, items * item.bytes);
      const packed = new Uint8Array(items * field.bytes);
      for (let index = 0; index < items; index++) {
        const at = index * item.bytes + field.offset;
        packed.set(bytes.subarray(at, at + field.bytes), index * field.bytes);
      }
      decodeElements(this.#source.name, packed, field.type.encoding, values, (start - first) * perItem);
    }
    return values;
  }

  /**
   * All items of an object array, row-major. They are unpickled: dictionaries become Maps, lists and tuples arrays,
   * numpy arrays `{dtype, shape, data}`.
   *
   * @throws AppError `format_refused` if the pickle asks for anything but plain data; `format_invalid`;
   *   `format_unsupported` if it is not an array of objects.
   */
  async readObjects(): Promise<unknown[]> {
    const { item, dataOffset, shape } = this.#header;
    if (item.kind !== 'object') throw this.#unsupported('it is not an array of objects');
    // Loaded on demand: the unpickler is large, and few arrays need it.
    const { readObjectArray } = await import('./object-array.ts');
    return readObjectArray(this.#source, dataOffset, shape);
  }

  async #read<T extends NumberArray>(from: number, to: number, create: (count: number) => T): Promise<T> {
    this.#assertRows(from, to);
    const encoding = this.#encoding();
    const { dataOffset, fortranOrder, item } = this.#header;
    const values = allocate(this.#source.name, (to - from) * this.rowSize, create);
    if (values.length === 0) return values;
    if (fortranOrder && this.shape.length > 1) {
      await readColumnMajor(this.#source, dataOffset, this.shape, encoding, from, to, values);
    } else {
      const start = dataOffset + from * this.rowSize * item.bytes;
      await readElements(this.#source, start, values.length, encoding, values);
    }
    return values;
  }

  #encoding(): Encoding {
    const { item } = this.#header;
    if (item.kind === 'number') return item.encoding;
    throw this.#unsupported('it does not hold plain numbers');
  }

  #unsupported(what: string): AppError {
    return new AppError('format_unsupported', `${this.#source.name}: ${what} (dtype ${this.dtype})`, {
      hint: 'save it with numpy as an array of integers or floats',
    });
  }

  #assertRows(from: number, to: number): void {
    const whole = Number.isSafeInteger(from) && Number.isSafeInteger(to);
    if (whole && from >= 0 && from <= to && to <= this.rows) return;
    throw new AppError(
      'argument_invalid',
      `${this.#source.name} has ${this.rows} rows, not rows ${from} to ${to}`,
    );
  }
}
