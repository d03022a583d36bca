import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import {
  build,
  call,
  dict,
  float,
  global,
  int,
  list,
  littleEndian,
  none,
  numpyDtype,
  type Pickled,
  persistent,
  pickle,
  raw,
  setItems,
  text,
  truth,
  tuple,
} from '../../../test/support/pickle-bytes.ts';
import {
  earlyFile,
  legacyFile,
  type StorageFile,
  storage,
  storageFile,
  tensor,
  zipFile,
} from '../../../test/support/torch-file.ts';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { readCheckpoint } from './checkpoint.ts';

const read = (bytes: Uint8Array) => readCheckpoint(bytesSource('x.pth.tar', bytes));

const FORMATS = [
  ['legacy', legacyFile],
  ['zip', zipFile],
] as const;

describe.each(FORMATS)('a checkpoint of the %s format', (_, fileOf) => {
  const numbers = storageFile(
    '0',
    'FloatStorage',
    Float32Array.from({ length: 24 }, (__, index) => index),
  );
  const only = (value: Pickled, ...files: StorageFile[]) => read(fileOf(value, files));

  it('returns the tree of its values', async () => {
    const state = setItems(call(global('collections', 'OrderedDict')), [
      text('fc.weight'),
      tensor(storage(numbers), [2, 3], [3, 1]),
    ]);
    const options = build(
      [...global('argparse', 'Namespace'), 0x29, 0x81],
      dict([text('margin'), float(0.2)]),
    );
    const best = call(
      global('numpy.core.multiarray', 'scalar'),
      numpyDtype('f8'),
      raw(littleEndian(0x3ff8n << 48n, 8)),
    );
    const tree = dict(
      [text('epoch'), int(7)],
      [text('model'), list(state)],
      [text('best_rsum'), best],
      [text('opt'), options],
    );
    expect(await only(tree, numbers)).toEqual(
      new Map<string, unknown>([
        ['epoch', 7],
        ['model', [new Map([['fc.weight', floats([2, 3], [0, 1, 2, 3, 4, 5])]])]],
        ['best_rsum', 1.5],
        ['opt', new Map([['margin', 0.2]])],
      ]),
    );
  });

  it.each<[string, number[], number[], number, number[]]>([
    ['whole', [4, 6], [6, 1], 0, Array.from({ length: 24 }, (__, index) => index)],
    [
      'transposed',
      [6, 4],
      [1, 6],
      0,
      [0, 6, 12, 18, 1, 7, 13, 19, 2, 8, 14, 20, 3, 9, 15, 21, 4, 10, 16, 22, 5, 11, 17, 23],
    ],
    ['a row', [6], [1], 12, [12, 13, 14, 15, 16, 17]],
    ['every second column', [2, 3], [6, 2], 7, [7, 9, 11, 13, 15, 17]],
    ['expanded', [2, 3], [0, 1], 1, [1, 2, 3, 1, 2, 3]],
    ['a scalar', [], [], 23, [23]],
    ['empty, beyond the end', [0, 6], [6, 1], 24, []],
    ['one extent with any stride', [1, 2], [1000, 1], 22, [22, 23]],
  ])('reads a view: %s', async (__, shape, strides, offset, values) => {
    const value = await only(tensor(storage(numbers), shape, strides, offset), numbers);
    expect(value).toEqual(floats(shape, values));
  });

  it('shares numbers of the same view, and copies others', async () => {
    const view = tensor(storage(numbers), [3], [1], 2);
    const [a, b, c] = (await only(list(view, view, tensor(storage(numbers), [3], [1], 3)), numbers)) as {
      data: Float32Array;
    }[];
    expect(a?.data).toBe(b?.data);
    expect([...(c?.data ?? [])]).toEqual([3, 4, 5]);
    expect(c?.data.buffer).not.toBe(a?.data.buffer);
  });

  it.each<[string, string, ArrayBufferView & { length: number }, number[]]>([
    ['DoubleStorage', 'float64', Float64Array.of(0.1, -1e300), [0.1, -1e300]],
    ['HalfStorage', 'float16', Uint16Array.of(0x3e00, 0xc000), [1.5, -2]],
    ['BFloat16Storage', 'bfloat16', Uint16Array.of(0x3fc0, 0xc000), [1.5, -2]],
    ['LongStorage', 'int64', BigInt64Array.of(-(2n ** 40n), 7n), [-(2 ** 40), 7]],
    ['IntStorage', 'int32', Int32Array.of(-70000, 7), [-70000, 7]],
    ['ShortStorage', 'int16', Int16Array.of(-300, 7), [-300, 7]],
    ['CharStorage', 'int8', Int8Array.of(-3, 7), [-3, 7]],
    ['ByteStorage', 'uint8', Uint8Array.of(255, 7), [255, 7]],
    ['BoolStorage', 'bool', Uint8Array.of(1, 0), [1, 0]],
  ])('reads a %s as %s', async (type, dtype, data, values) => {
    const file = storageFile('0', type, data);
    const value = (await only(tensor(storage(file), [2], [1]), file)) as {
      dtype: string;
      data: Float32Array;
    };
    expect(value.dtype).toBe(dtype);
    expect([...value.data]).toEqual(values);
  });

  it('reads parameters, and tensors that name their class or their type', async () => {
    const plain = tensor(storage(numbers), [2], [1]);
    const parameter = call(global('torch._utils', '_rebuild_parameter'), plain, truth(true), none);
    expect(await only(parameter, numbers)).toEqual(floats([2], [0, 1]));
    const args = tuple(storage(numbers), int(1), tuple(int(2)), tuple(int(1)), truth(false), none);
    const rebuild = global('torch._utils', '_rebuild_tensor_v2');
    const fromType = (type: Pickled) =>
      call(global('torch._tensor', '_rebuild_from_type_v2'), rebuild, type, args, dict());
    expect(await only(fromType(global('torch', 'Tensor')), numbers)).toEqual(floats([2], [1, 2]));
    expect(await errorCode(only(fromType(int(1)), numbers))).toBe('format_unsupported');
    const bytes = { ...storageFile('0', 'UntypedStorage', Uint8Array.of(0, 0, 255, 255, 1, 0)) };
    const typed = call(
      global('torch._utils', '_rebuild_tensor_v3'),
      storage(bytes),
      int(1),
      tuple(int(2)),
      tuple(int(1)),
      truth(false),
      none,
      global('torch', 'uint16'),
    );
    expect(await only(typed, bytes)).toEqual({ dtype: 'uint16', shape: [2], data: Uint16Array.of(65535, 1) });
  });

  it('reads sizes, devices and dtypes as plain values', async () => {
    const values = list(
      call(global('torch', 'Size'), tuple(int(2), int(3))),
      call(global('torch', 'device'), text('cuda'), int(1)),
      call(global('torch', 'device'), text('cpu')),
      global('torch', 'float32'),
    );
    expect(await only(values)).toEqual([[2, 3], 'cuda:1', 'cpu', 'torch.float32']);
  });

  it.each<[string, Pickled, string]>([
    ['a module', global('torch.nn.modules.linear', 'Linear'), 'format_refused'],
    ['a sparse tensor', global('torch._utils', '_rebuild_sparse_tensor'), 'format_refused'],
    ['complex numbers', storage({ ...numbers, type: 'ComplexFloatStorage' }), 'format_refused'],
    ['code', call(global('os', 'system'), text('echo')), 'format_refused'],
    ['a storage by itself', storage(numbers), 'format_unsupported'],
    ['a tensor beyond its storage', tensor(storage(numbers), [25], [1]), 'format_invalid'],
    ['an offset beyond its storage', tensor(storage(numbers), [1], [1], 24), 'format_invalid'],
    ['strides beyond its storage', tensor(storage(numbers), [2, 2], [23, 1]), 'format_invalid'],
    ['a negative stride', tensor(storage(numbers), [2], [-1], 5), 'format_invalid'],
    ['a negative offset', tensor(storage(numbers), [1], [1], -1), 'format_invalid'],
    ['a negative extent', tensor(storage(numbers), [-1], [1]), 'format_invalid'],
    ['fewer strides than axes', tensor(storage(numbers), [2, 2], [1]), 'format_invalid'],
    ['a tensor of a list', tensor(list(), [1], [1]), 'format_invalid'],
    ['a parameter of a number', call(global('torch._utils', '_rebuild_parameter'), int(1)), 'format_invalid'],
    [
      'a storage without a type',
      persistent(tuple(text('storage'), text('x'), text('0'), text('cpu'), int(1))),
      'format_invalid',
    ],
    [
      'a storage without a length',
      persistent(tuple(text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), int(-1))),
      'format_invalid',
    ],
    ['a persistent id of another kind', persistent(tuple(text('module'))), 'format_invalid'],
    [
      'a storage of two lengths',
      list(tensor(storage(numbers), [1], [1]), tensor(storage({ ...numbers, length: 5 }), [1], [1])),
      'format_invalid',
    ],
    [
      'a storage of two types',
      list(tensor(storage(numbers), [1], [1]), tensor(storage({ ...numbers, type: 'IntStorage' }), [1], [1])),
      'format_invalid',
    ],
  ])('refuses %s', async (__, value, code) => {
    expect(await errorCode(only(value, numbers))).toBe(code);
  });

  it('refuses a storage of another length than its tensors say', async () => {
    const lying = { ...numbers, length: 1000 };
    const contents = tensor(storage(lying), [1000], [1]);
    expect(await errorCode(read(fileOf(contents, [numbers])))).toBe('format_invalid');
  });

  it('refuses tensors that are expanded out of proportion', async () => {
    const some = tensor(storage(numbers), [1 << 16], [0]);
    expect(await errorCode(only(some, numbers))).toBeUndefined();
    const bomb = tensor(storage(numbers), [1 << 20, 1 << 20], [0, 0]);
    expect(await errorCode(only(bomb, numbers))).toBe('format_unsupported');
    const more = Array.from({ length: 24 }, (__, index) => tensor(storage(numbers), [1 << 20], [0], index));
    expect(await errorCode(only(list(...more), numbers))).toBe('format_unsupported');
  });

  it('reads any view according to its definition', async () => {
    const axes = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(4)), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(axes, fc.nat(5), async (view, offset) => {
        const shape = view.map(([extent]) => extent);
        const strides = view.map(([, stride]) => stride);
        let places = [offset];
        for (const [extent, stride] of view) {
          places = places.flatMap((place) =>
            Array.from({ length: extent }, (__, index) => place + index * stride),
          );
        }
        // Some of these views reach beyond the 24 numbers.
        const work = only(tensor(storage(numbers), shape, strides, offset), numbers);
        if (Math.max(-1, ...places) >= 24) expect(await errorCode(work)).toBe('format_invalid');
        else expect(await work).toEqual(floats(shape, places));
      }),
    );
  });
});

describe('readCheckpoint', () => {
  const numbers = storageFile('a', 'FloatStorage', Float32Array.of(1, 2, 3, 4));

  it('reads views of storages as written by old versions', async () => {
    const view = storage(numbers, tuple(text('b'), int(1), int(2)));
    expect(await read(legacyFile(tensor(view, [2], [1]), [numbers]))).toEqual(floats([2], [2, 3]));
    expect(await errorCode(read(legacyFile(tensor(view, [3], [1]), [numbers])))).toBe('format_invalid');
    const beyond = storage(numbers, tuple(text('b'), int(3), int(2)));
    expect(await errorCode(read(legacyFile(tensor(beyond, [1], [1]), [numbers])))).toBe('format_invalid');
  });

  it('reads storages that were on a GPU', async () => {
    const id = tuple(
      text('storage'),
      global('torch.cuda', 'FloatStorage'),
      text('a'),
      text('cuda:0'),
      int(4),
      none,
    );
    expect(await read(legacyFile(tensor(persistent(id), [4], [1]), [numbers]))).toEqual(
      floats([4], [1, 2, 3, 4]),
    );
  });

  const contents = tensor(storage(numbers), [4], [1]);
  it.each<[string, Uint8Array, string?]>([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(0x80)],
    ['text', new TextEncoder().encode('<html>')],
    ['a plain pickle', pickle(int(1))],
    ['a pickle of another number', pickle([0x8a, 10, ...littleEndian(0x1950a86a20f9469cfc6dn, 10)])],
    ['a storage after the list', legacyFile(contents, [numbers, { ...numbers, key: 'b' }])],
    ['a storage twice', legacyFile(contents, [numbers, numbers])],
    ['no storages', legacyFile(contents, [])],
    ['a storage of another key', legacyFile(contents, [{ ...numbers, key: 'b' }])],
    ['a byte too many', Uint8Array.from([...legacyFile(contents, [numbers]), 0])],
    ['a byte too few', legacyFile(contents, [numbers]).subarray(0, -1)],
    [
      'an archive without contents',
      zipFile(contents, [numbers]).map((byte) => (byte === 0x6b ? 0x6c : byte)),
    ],
    ['an archive without its storage', zipFile(contents, [])],
    ['big-endian numbers', zipFile(contents, [numbers], 'big'), 'format_unsupported'],
  ])('refuses %s', async (_, bytes, code = 'format_invalid') => {
    expect(await errorCode(read(bytes))).toBe(code);
  });

  it('finds a storage after gigabytes', async () => {
    const length = 2 ** 30;
    const far = { key: 'far', type: 'FloatStorage', length, bytes: new Uint8Array(0) };
    const last = { key: 'last', type: 'FloatStorage', length: 2, bytes: new Uint8Array(0) };
    const tree = list(tensor(storage(far), [2], [1], length - 2), tensor(storage(last), [2], [1]));
    const head = legacyFile(tree, [far]).subarray(0, -8);
    const keys = pickle(list(text('far'), text('last')));
    const start = head.length - pickle(list(text('far'))).length;
    const front = Uint8Array.from([...head.subarray(0, start), ...keys, ...littleEndian(length, 8)]);
    const back = Uint8Array.from([...littleEndian(2, 8), ...new Uint8Array(Float32Array.of(8, 9).buffer)]);
    const middle = front.length + 4 * length;
    let most = 0;
    const source: ByteSource = {
      name: 'huge.pth.tar',
      size: middle + back.length,
      read: async (offset, count) => {
        most = Math.max(most, count);
        if (offset >= middle) return back.slice(offset - middle, offset - middle + count);
        const bytes = new Uint8Array(count);
        if (offset < front.length) bytes.set(front.subarray(offset, offset + count));
        return bytes;
      },
      close: async () => {},
    };
    expect(await readCheckpoint(source)).toEqual([floats([2], [0, 0]), floats([2], [8, 9])]);
    expect(most).toBeLessThan(1 << 20);
  });
});

function floats(shape: number[], values: number[]) {
  return { dtype: 'float32', shape, data: Float32Array.from(values) };
}

const ascii = (value: string): number[] => [...new TextEncoder().encode(value)];

describe('a checkpoint of the early pickle protocols', () => {
  it('is read', async () => {
    expect(await read(earlyFile(storage))).toEqual(
      new Map<string, unknown>([
        ['w', floats([2, 3], [1, 2, 3, 4, 5, 6.5])],
        ['opt', new Map([['margin', 0.2]])],
      ]),
    );
  });

  it('is refused with a reason if protocol 0 has named its storages in text', async () => {
    const named = earlyFile(() => ascii("P('storage', <class 'torch.FloatStorage'>, '77', 'cpu', 6)\n"));
    await expect(read(named)).rejects.toMatchObject({
      code: 'format_unsupported',
      message: expect.stringMatching(/protocol 0; save it again/),
    });
  });

  it.each([
    ['a dictionary of protocol 0', '(dp0\nVa\np1\nI1\ns.'],
    ['a dictionary of protocol 1', '}q\u0000K\u0001K\u0002s.'],
    ['a list', ']q\u0000.'],
    ['an object', 'ccollections\nOrderedDict\np0\n(tR.'],
  ])('is not any pickle: %s', async (_, contents) => {
    await expect(read(Uint8Array.from(ascii(contents)))).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringMatching(/is a pickle \(protocol 0 or 1\)/),
      hint: expect.stringMatching(/torch\.save/),
    });
  });
});
