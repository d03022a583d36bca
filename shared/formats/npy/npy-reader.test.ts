import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { npyBytes, npyText } from '../../../test/support/npy-bytes.ts';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { openNpy } from './npy-reader.ts';
import { npyHeader, writeNpy } from './npy-writer.ts';

const open = (bytes: Uint8Array) => openNpy(bytesSource('x.npy', bytes));

type Put = (view: DataView, at: number, value: number, little: boolean) => void;

/** Every number type of numpy that is read: its code, bytes, how a DataView writes it, and values it holds exactly. */
const TYPES: [string, string, number, Put, number[]][] = [
  ['b1', 'bool', 1, (v, at, x) => v.setUint8(at, x), [0, 1]],
  ['i1', 'int8', 1, (v, at, x) => v.setInt8(at, x), [-128, 127]],
  ['i2', 'int16', 2, (v, at, x, le) => v.setInt16(at, x, le), [-32768, 258]],
  ['i4', 'int32', 4, (v, at, x, le) => v.setInt32(at, x, le), [-(2 ** 31), 66051]],
  ['i8', 'int64', 8, (v, at, x, le) => v.setBigInt64(at, BigInt(x), le), [-(2 ** 53) + 1, 66051]],
  ['u1', 'uint8', 1, (v, at, x) => v.setUint8(at, x), [0, 255]],
  ['u2', 'uint16', 2, (v, at, x, le) => v.setUint16(at, x, le), [258, 65535]],
  ['u4', 'uint32', 4, (v, at, x, le) => v.setUint32(at, x, le), [66051, 2 ** 32 - 1]],
  ['u8', 'uint64', 8, (v, at, x, le) => v.setBigUint64(at, BigInt(x), le), [66051, 2 ** 53 - 1]],
  ['f2', 'float16', 2, (v, at, x, le) => v.setUint16(at, x === 1.5 ? 0x3e00 : 0xc000, le), [1.5, -2]],
  ['f4', 'float32', 4, (v, at, x, le) => v.setFloat32(at, x, le), [1.5, -3.25 * 2 ** 30]],
  ['f8', 'float64', 8, (v, at, x, le) => v.setFloat64(at, x, le), [0.1, -1e300]],
];

describe('openNpy', () => {
  it.each(TYPES.flatMap((type) => [true, false].map((little) => [...type, little] as const)))(
    'reads %s (%s, %i bytes), in either byte order',
    async (code, dtype, width, put, values, little) => {
      const data = new Uint8Array(values.length * width);
      values.forEach((value, index) => {
        put(new DataView(data.buffer), index * width, value, little);
      });
      const reader = await open(npyBytes(npyText(`'${little ? '<' : '>'}${code}'`, '(2,)'), data));
      expect(reader.dtype).toBe(dtype);
      expect([...(await reader.readNumbers(0, 2))]).toEqual(values);
      expect(await reader.readRows(0, 2)).toEqual(Float32Array.from(values));
    },
  );

  it('reads every boolean other than 0 as 1', async () => {
    const reader = await open(npyBytes(npyText("'|b1'", '(3,)'), Uint8Array.of(0, 1, 255)));
    expect([...(await reader.readRows(0, 3))]).toEqual([0, 1, 1]);
  });

  it.each([1, 2, 3])('reads version %i.0', async (version) => {
    const reader = await open(npyBytes(npyText("[('ä', '<u2')]", '(1,)'), Uint8Array.of(7, 1), version));
    expect(reader.shape).toEqual([1]);
    // Before version 3, headers were not UTF-8.
    const [field] = reader.fields;
    expect(field?.name).toBe(version === 3 ? 'ä' : 'Ã¤');
    expect([...(await reader.readField(field?.name ?? '', 0, 1))]).toEqual([263]);
  });

  it('reads headers of old numpy: long integers, double quotes, tuples without spaces', async () => {
    const header = `{"descr":'<f4','fortran_order':False,'shape':(2L,1L)}`;
    const reader = await open(npyBytes(header, new Uint8Array(8)));
    expect(reader.shape).toEqual([2, 1]);
  });

  it('returns the rows that were written, for any range', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { maxLength: 4 }),
        fc.boolean(),
        fc.nat(5),
        fc.nat(5),
        async (shape, fortranOrder, a, b) => {
          const count = shape.reduce((product, extent) => product * extent, 1);
          const values = Float32Array.from({ length: count }, (_, index) => index);
          const data = fortranOrder ? columnMajor(values, shape) : values;
          const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
          const header = npyText("'<f4'", tuple, fortranOrder);
          const reader = await open(npyBytes(header, new Uint8Array(data.buffer)));
          const rows = shape[0] ?? 1;
          const [from, to] = [Math.min(a, b, rows), Math.min(Math.max(a, b), rows)];
          const rowSize = shape.slice(1).reduce((product, extent) => product * extent, 1);
          expect(reader.rows).toBe(rows);
          expect(await reader.readRows(from, to)).toEqual(values.slice(from * rowSize, to * rowSize));
        },
      ),
    );
  });

  it('reads long columns piece by piece', async () => {
    const [rows, columns] = [700_000, 2];
    const data = Float64Array.from({ length: rows * columns }, (_, index) => index);
    const header = npyText("'<f8'", `(${rows}, ${columns})`, true);
    const reader = await open(npyBytes(header, new Uint8Array(data.buffer)));
    expect([...(await reader.readNumbers(699_998, 700_000))]).toEqual([
      699_998, 1_399_998, 699_999, 1_399_999,
    ]);
  });

  it('reads fields of structures', async () => {
    const descr =
      "[('a', '<i2'), ('', '|V2'), (('title', 'b'), '>f4', (2,)), ('name', '<U1'), ('n', [('x', '<i4')])]";
    const item = new DataView(new ArrayBuffer(40));
    [0, 20].forEach((at, row) => {
      item.setInt16(at, -row - 1, true);
      item.setFloat32(at + 4, row + 0.5);
      item.setFloat32(at + 8, row + 0.25);
    });
    const reader = await open(npyBytes(npyText(descr, '(2,)'), new Uint8Array(item.buffer)));
    expect(reader.dtype).toBe('structured');
    expect(reader.fields.map(({ name }) => name)).toEqual(['a', 'b', 'name', 'n']);
    expect([...(await reader.readField('a', 0, 2))]).toEqual([-1, -2]);
    expect([...(await reader.readField('b', 1, 2))]).toEqual([1.5, 1.25]);
    expect(await errorCode(reader.readField('missing', 0, 1))).toBe('format_invalid');
    expect(await errorCode(reader.readField('name', 0, 1))).toBe('format_unsupported');
    expect(await errorCode(reader.readField('n', 0, 1))).toBe('format_unsupported');
    expect(await errorCode(reader.readRows(0, 1))).toBe('format_unsupported');
  });

  it('refuses rows that do not exist', async () => {
    const reader = await open(writeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) }));
    for (const [from, to] of [
      [-1, 1],
      [0, 4],
      [2, 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      expect(await errorCode(reader.readRows(from, to))).toBe('argument_invalid');
    }
    expect(await errorCode(reader.readObjects())).toBe('format_unsupported');
  });

  it('refuses integers that a number cannot hold', async () => {
    const data = new Uint8Array(BigInt64Array.of(2n ** 53n).buffer);
    const reader = await open(npyBytes(npyText("'<i8'", '(1,)'), data));
    expect(await errorCode(reader.readNumbers(0, 1))).toBe('format_unsupported');
  });

  it.each(["'<c8'", "'<U3'", "'|S3'", "'<f16'", "'<M8[ns]'"])(
    'recognises the type %s, but has no numbers',
    async (descr) => {
      const reader = await open(npyBytes(npyText(descr, '(0, 4)')));
      expect(await errorCode(reader.readRows(0, 0))).toBe('format_unsupported');
    },
  );

  const f4 = (shape: string) => npyText("'<f4'", shape);
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['another file', new TextEncoder().encode('<html><body></body></html>')],
    ['a cut magic', npyBytes(f4('(0,)')).subarray(0, 7)],
    ['a cut header', npyBytes(f4('(0,)')).subarray(0, 40)],
    ['cut data', npyBytes(f4('(3,)'), new Uint8Array(11))],
    ['more data than the header says', npyBytes(f4('(3,)'), new Uint8Array(16))],
    ['a shape that no file can have', npyBytes(f4('(4503599627370496, 4503599627370496)'))],
    ['a shape that overflows', npyBytes(f4(`(${'9007199254740991, '.repeat(40)})`))],
    ['too many axes', npyBytes(f4(`(${'1, '.repeat(65)})`), new Uint8Array(4))],
    ['a negative extent', npyBytes(f4('(-1,)'))],
    ['an extent that is not an integer', npyBytes(f4('(1.5,)'))],
    ['a shape that is not a tuple', npyBytes(f4("'3'"))],
    ['no shape', npyBytes("{'descr': '<f4', 'fortran_order': False}")],
    ['one key more', npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), 'x': 1}")],
    [
      'an expression',
      npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').getpid(),)}"),
    ],
    ['an unknown type', npyBytes(npyText("'<q9'", '(0,)'))],
    ['a type without numbers', npyBytes(npyText('17', '(0,)'))],
    ['a field twice', npyBytes(npyText("[('a', '<f4'), ('a', '<f4')]", '(0,)'))],
    ['a field without a type', npyBytes(npyText("[('a',)]", '(0,)'))],
    ['brackets that never close', npyBytes('('.repeat(60_000))],
    ['a header that is not UTF-8', npyBytes('\uFFFD', new Uint8Array(0), 3).with(12, 0xff)],
  ])('refuses %s', async (_, bytes) => {
    expect(await errorCode(open(bytes))).toBe('format_invalid');
  });

  it('refuses unknown versions and headers that are too long', async () => {
    expect(await errorCode(open(npyBytes(f4('(0,)'), new Uint8Array(0), 4)))).toBe('format_unsupported');
    const long = npyBytes(f4('(0,)').padEnd((1 << 20) + 1), new Uint8Array(0), 2);
    expect(await errorCode(open(long))).toBe('format_unsupported');
  });
});

describe('a file of terabytes', () => {
  const rows = 2 ** 30;
  const header = npyHeader([rows, 1024], 'float32');
  /** Claims to be as large as its header says; a number says where it is. */
  const asked: number[] = [];
  const source: ByteSource = {
    name: 'huge.npy',
    size: header.length + rows * 4096,
    read: async (offset, length) => {
      asked.push(length);
      if (offset < header.length) return header.slice(offset, offset + length);
      const first = (offset - header.length) / 4;
      return new Uint8Array(Float32Array.from({ length: length / 4 }, (_, index) => first + index).buffer);
    },
    close: async () => {},
  };

  it('is read in ranges', async () => {
    const reader = await openNpy(source);
    const last = await reader.readRows(rows - 2, rows);
    expect(last.length).toBe(2048);
    expect(last[1024]).toBe(Math.fround((rows - 1) * 1024));
    expect(Math.max(...asked)).toBeLessThanOrEqual(8192);
  });

  it('is not read at once', async () => {
    const reader = await openNpy(source);
    expect(await errorCode(reader.readRows(0, rows))).toBe('memory_exhausted');
  });
});

/** Row-major values in column-major order. */
function columnMajor(values: Float32Array, shape: readonly number[]): Float32Array {
  const moved = new Float32Array(values.length);
  values.forEach((value, place) => {
    let rest = place;
    const index = shape.map((_, axis) => {
      const stride = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
      const own = Math.floor(rest / stride);
      rest -= own * stride;
      return own;
    });
    const target = index.reduceRight((sum, own, axis) => sum * (shape[axis] as number) + own, 0);
    moved[target] = value;
  });
  return moved;
}
