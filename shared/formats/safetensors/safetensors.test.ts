import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { openSafetensors } from './safetensors-reader.ts';
import { writeSafetensors } from './safetensors-writer.ts';

function fileOf(json: string, data: ArrayLike<number> = [], length?: number): Uint8Array {
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const open = (bytes: Uint8Array) => openSafetensors(bytesSource('x.safetensors', bytes));
const entry = (dtype: string, shape: string, begin: number, end: number) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('safetensors', () => {
  it('returns what was written', async () => {
    const extents = fc.array(fc.nat(4), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), extents), {
          selector: ([name]) => name,
          maxLength: 6,
        }),
        async (shapes) => {
          const tensors = new Map(
            shapes.map(([name, shape], seed) => {
              const count = shape.reduce((product, extent) => product * extent, 1);
              return [
                name,
                { shape, data: Float32Array.from({ length: count }, (_, index) => seed + index / 8) },
              ];
            }),
          );
          const reader = await open(writeSafetensors(tensors, { format: 'pt' }));
          expect([...reader.metadata]).toEqual([['format', 'pt']]);
          expect(new Set(reader.tensors.keys())).toEqual(new Set(tensors.keys()));
          for (const [name, { shape, data }] of tensors) {
            expect(await reader.read(name)).toEqual({ dtype: 'float32', shape, data });
          }
        },
      ),
    );
  });

  it('writes the bytes that the format specifies', () => {
    const tensors = new Map([
      ['b', { shape: [1], data: Float32Array.of(1) }],
      ['1', { shape: [], data: Float32Array.of(2) }],
    ]);
    const json = `{"b":${entry('F32', '[1]', 0, 4)},"1":${entry('F32', '[]', 4, 8)}}`;
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
    expect(writeSafetensors(tensors)).toEqual(fileOf(padded, new Uint8Array(Float32Array.of(1, 2).buffer)));
    expect(writeSafetensors(new Map())).toEqual(fileOf('{}      '));
  });

  it('refuses to write data that does not fit its shape, or a reserved name', async () => {
    const wrong = new Map([['a', { shape: [2], data: Float32Array.of(1) }]]);
    expect(await errorCode(() => writeSafetensors(wrong))).toBe('shape_mismatch');
    const reserved = new Map([['__metadata__', { shape: [], data: Float32Array.of(1) }]]);
    expect(await errorCode(() => writeSafetensors(reserved))).toBe('argument_invalid');
  });

  it.each<[string, string, ArrayBufferView, number[]]>([
    ['BOOL', 'bool', Uint8Array.of(0, 1), [0, 1]],
    ['U8', 'uint8', Uint8Array.of(0, 255), [0, 255]],
    ['I8', 'int8', Int8Array.of(-128, 127), [-128, 127]],
    ['U16', 'uint16', Uint16Array.of(1, 65535), [1, 65535]],
    ['I16', 'int16', Int16Array.of(-32768, 1), [-32768, 1]],
    ['U32', 'uint32', Uint32Array.of(1, 2 ** 32 - 1), [1, 2 ** 32 - 1]],
    ['I32', 'int32', Int32Array.of(-(2 ** 31), 1), [-(2 ** 31), 1]],
    ['U64', 'uint64', BigUint64Array.of(1n, 2n ** 53n - 1n), [1, 2 ** 53 - 1]],
    ['I64', 'int64', BigInt64Array.of(-1n, 7n), [-1, 7]],
    ['F16', 'float16', Uint16Array.of(0x3e00, 0xc000), [1.5, -2]],
    ['BF16', 'bfloat16', Uint16Array.of(0x3fc0, 0xc000), [1.5, -2]],
    ['F32', 'float32', Float32Array.of(0.5, -1), [0.5, -1]],
    ['F64', 'float64', Float64Array.of(0.1, -1e300), [0.1, -1e300]],
  ])('reads %s as %s', async (dtype, type, numbers, values) => {
    const data = new Uint8Array(numbers.buffer);
    // A header of odd length, so that the numbers are not aligned.
    const json = `{"a":${entry(dtype, '[2]', 0, data.length)}}`;
    const reader = await open(fileOf(json.padEnd(json.length + (json.length % 2 === 0 ? 1 : 0)), data));
    const tensor = await reader.read('a');
    expect(tensor.dtype).toBe(type);
    expect([...tensor.data]).toEqual(values);
  });

  it('knows the sizes of types without numbers, so that the other tensors can be read', async () => {
    const json = `{"c":${entry('C64', '[1]', 0, 8)},"f":${entry('F8_E4M3', '[2]', 8, 10)},"u":${entry('U8', '[1]', 10, 11)}}`;
    const reader = await open(fileOf(json, new Uint8Array(11)));
    expect((await reader.read('u')).data.length).toBe(1);
    expect(await errorCode(reader.read('c'))).toBe('format_unsupported');
    expect(await errorCode(reader.read('f'))).toBe('format_unsupported');
    expect(await errorCode(reader.read('none'))).toBe('format_invalid');
    expect(await errorCode(reader.read('toString'))).toBe('format_invalid');
  });

  it('lists tensors in the order of the file', async () => {
    const json = `{"b":${entry('U8', '[1]', 1, 2)},"e":${entry('F32', '[0]', 1, 1)},"a":${entry('U8', '[1]', 0, 1)}}`;
    const reader = await open(fileOf(json, [1, 2]));
    expect([...reader.tensors.keys()]).toEqual(['a', 'e', 'b']);
  });

  const two = (a: string, b: string, c = '') => `{"a":${a},"b":${b}${c}}`;
  const byte = (begin: number, end: number) => entry('U8', `[${end - begin}]`, begin, end);
  it.each<[string, Uint8Array, string?]>([
    ['nothing', new Uint8Array(0)],
    ['fewer bytes than a length', new Uint8Array(7)],
    ['a header that is longer than the file', fileOf('{}', [], 3)],
    ['a header of 2^64 bytes', fileOf('{}').fill(255, 0, 8)],
    ['no header', fileOf('', [], 0)],
    ['a header that is not JSON', fileOf('{"a":')],
    ['a header that is not UTF-8', fileOf('{"\u00e4":1}').fill(0xff, 10, 11)],
    ['a list', fileOf('[]')],
    ['white space first', fileOf(' {}')],
    ['an invalid entry', fileOf('{"a":1}')],
    ['an entry with unknown fields', fileOf(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}`)],
    ['a negative extent', fileOf(`{"a":${entry('U8', '[-1]', 0, 0)}}`)],
    ['an extent that is not an integer', fileOf(`{"a":${entry('U8', '[0.5]', 0, 0)}}`)],
    ['an extent beyond 2^53', fileOf(`{"a":${entry('U8', '[1e300]', 0, 0)}}`)],
    ['a shape that overflows', fileOf(`{"a":${entry('U8', '[9007199254740991,9007199254740991]', 0, 0)}}`)],
    ['offsets backwards', fileOf(`{"a":${entry('U8', '[1]', 1, 0)}}`, [1])],
    ['a shape that does not fit its offsets', fileOf(`{"a":${entry('F32', '[1]', 0, 3)}}`, [1, 2, 3])],
    ['a gap', fileOf(two(byte(0, 1), byte(2, 3)), [1, 2, 3])],
    ['a gap at the beginning', fileOf(`{"a":${byte(1, 2)}}`, [1, 2])],
    ['an overlap', fileOf(two(byte(0, 2), byte(1, 3)), [1, 2, 3])],
    ['the same bytes twice', fileOf(two(byte(0, 1), byte(0, 1)), [1])],
    ['bytes after the last tensor', fileOf(`{"a":${byte(0, 1)}}`, [1, 2])],
    ['a tensor that is cut off', fileOf(`{"a":${byte(0, 2)}}`, [1])],
    ['a name twice', fileOf(two(byte(0, 1), byte(1, 2), `,"a":${byte(2, 3)}`), [1, 2, 3])],
    ['a name twice, once escaped', fileOf(two(byte(0, 1), byte(1, 2), `,"\\u0061":${byte(0, 1)}`), [1, 2])],
    ['metadata that is not text', fileOf('{"__metadata__":{"a":1}}')],
    ['an unknown dtype', fileOf(`{"a":${entry('F4', '[0]', 0, 0)}}`), 'format_unsupported'],
    [
      'a dtype named like an object property',
      fileOf(`{"a":${entry('toString', '[0]', 0, 0)}}`),
      'format_unsupported',
    ],
  ])('refuses %s', async (_, bytes, code = 'format_invalid') => {
    expect(await errorCode(open(bytes))).toBe(code);
  });

  it('reads single tensors out of terabytes', async () => {
    const count = 2 ** 38;
    const json = `{"all":${entry('F32', `[${count}]`, 0, 4 * count)},"last":${entry('F32', '[2]', 4 * count, 4 * count + 8)}}`;
    const header = fileOf(json);
    const source: ByteSource = {
      name: 'huge',
      size: header.length + 4 * count + 8,
      read: async (offset, length) =>
        offset < header.length ? header.slice(offset, offset + length) : new Uint8Array(length).fill(0x3f),
      close: async () => {},
    };
    const reader = await openSafetensors(source);
    expect((await reader.read('last')).data.length).toBe(2);
    expect(await errorCode(reader.read('all'))).toBe('memory_exhausted');
  });
});
