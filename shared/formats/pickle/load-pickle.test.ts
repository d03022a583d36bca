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
  long,
  none,
  numpyArray,
  numpyDtype,
  type Pickled,
  pickle,
  raw,
  setItems,
  text,
  truth,
  tuple,
} from '../../../test/support/pickle-bytes.ts';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { loadPickle } from './load-pickle.ts';
import { NUMPY_GLOBALS } from './numpy-globals.ts';
import { PYTHON_GLOBALS } from './pickle-globals.ts';

const GLOBALS = new Map([...PYTHON_GLOBALS, ...NUMPY_GLOBALS]);

async function load(bytes: Uint8Array): Promise<unknown> {
  const { value, end } = await loadPickle(bytesSource('x', bytes), 0, () => ({ globals: GLOBALS }));
  expect(end).toBe(bytes.length);
  return value;
}

/** A pickle from latin1 text, as Python's `repr` shows it. */
const ascii = (source: string): Uint8Array => Uint8Array.from(source, (character) => character.charCodeAt(0));
const value = (pickled: Pickled): Promise<unknown> => load(pickle(pickled));

describe('loadPickle', () => {
  it.each<[string, string, unknown]>([
    ['protocol 0: a list', '(lp0\nI1\naL2L\naF1.5\naI01\naNa.', [1, 2, 1.5, true, null]],
    [
      'protocol 0: a dictionary of strings',
      "(dp0\nS'a'\np1\nV\\u00e4\\U0001f600\np2\ns.",
      new Map([['a', 'ä😀']]),
    ],
    ['protocol 0: a tuple with a repeated item', "(S'x'\np0\ng0\ntp1\n.", ['x', 'x']],
    ['protocol 0: special floats', 'F-inf\n.', Number.NEGATIVE_INFINITY],
    ['protocol 0: a large integer', 'L1180591620717411303424L\n.', 2n ** 70n],
    ['protocol 1: short strings and memo', '(U\x02hiq\x00h\x00t.', ['hi', 'hi']],
    ['protocol 1: a dictionary from a mark', '(K\x01K\x02d.', new Map([[1, 2]])],
    [
      'protocol 2: tuples of one, two and three',
      '\x80\x02K\x01\x85K\x02K\x03\x86K\x04K\x05K\x06\x87\x87.',
      [[1], [2, 3], [4, 5, 6]],
    ],
    [
      'protocol 2: integers',
      '\x80\x02(M\xff\xffJ\xff\xff\xff\xff\x8a\x00\x8a\x01\x80\x8a\x02\xff\x00t.',
      [65535, -1, 0, -128, 255],
    ],
    ['protocol 3: bytes', '\x80\x03C\x02\x00\xff.', Uint8Array.of(0, 255)],
    [
      'protocol 4: frames, memo, short text',
      '\x80\x04\x95\x08\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94h\x00\x86\x94.',
      ['a', 'a'],
    ],
    ['protocol 4: sets', '\x80\x04\x8f(K\x01K\x01K\x02\x90.', new Set([1, 2])],
    ['protocol 4: frozen sets', '\x80\x04(K\x01K\x02\x91.', new Set([1, 2])],
    ['protocol 4: long text', '\x80\x04\x8d\x02\x00\x00\x00\x00\x00\x00\x00\xc3\xa4.', 'ä'],
    ['protocol 5: byte arrays', '\x80\x05\x96\x01\x00\x00\x00\x00\x00\x00\x00\x07.', Uint8Array.of(7)],
    ['POP, POP_MARK and DUP', 'K\x01K\x020(K\x031K\x042\x86\x86.', [1, [4, 4]]],
    ['a POP that removes a mark', 'K\x01(0.', 1],
    ['text with a byte order mark', '\x80\x02X\x06\x00\x00\x00\xef\xbb\xbfabc.', '\ufeffabc'],
  ])('reads %s', async (_, source, expected) => {
    expect(await load(ascii(source))).toEqual(expected);
  });

  it('keeps shared values shared, and cycles complete', async () => {
    const loop = (await load(ascii('\x80\x02]q\x00h\x00a.'))) as unknown[];
    expect(loop[0]).toBe(loop);
    const pair = (await load(ascii('\x80\x02}q\x00h\x00\x86.'))) as unknown[];
    expect(pair[0]).toBe(pair[1]);
  });

  it('reads ordered dictionaries, with or without pairs and attributes', async () => {
    const type = global('collections', 'OrderedDict');
    const made = build(
      setItems(call(type), [text('b'), int(1)], [text('a'), int(2)]),
      dict([text('_metadata'), none]),
    );
    expect([...((await value(made)) as Map<string, number>)]).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
    expect(await value(call(type, list(tuple(text('x'), float(0.5)))))).toEqual(new Map([['x', 0.5]]));
  });

  it('reads the namespaces of every protocol as Maps', async () => {
    const state = dict([text('margin'), float(0.2)], [text('bi_gru'), truth(true)]);
    const expected = new Map<string, unknown>([
      ['margin', 0.2],
      ['bi_gru', true],
    ]);
    const type = global('argparse', 'Namespace');
    expect(await value(build([...type, 0x29, 0x81], state))).toEqual(expected);
    const old = call(global('copy_reg', '_reconstructor'), type, global('__builtin__', 'object'), none);
    expect(await value(build(old, state))).toEqual(expected);
    const stacked = ascii('\x80\x04\x8c\x08argparse\x8c\x09Namespace\x93)\x81}\x8c\x01aK\x01sb.');
    expect(await load(stacked)).toEqual(new Map([['a', 1]]));
    expect(await load(ascii('(iargparse\nNamespace\n(dS"a"\nI1\nsb.'))).toEqual(new Map([['a', 1]]));
    expect(await load(ascii('(cargparse\nNamespace\no(dS"a"\nI1\nsb.'))).toEqual(new Map([['a', 1]]));
  });

  it('reads the sets and bytes of old protocols', async () => {
    expect(await value(call(global('__builtin__', 'set'), list(int(1), int(2))))).toEqual(new Set([1, 2]));
    const bytes = call(global('_codecs', 'encode'), text('a\u00ff'), text('latin1'));
    expect(await value(bytes)).toEqual(Uint8Array.of(97, 255));
  });

  it('reads numpy arrays and numbers', async () => {
    const bytes = raw([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]);
    const read = (fortranOrder: boolean) =>
      value(numpyArray([2, 3], numpyDtype('i2', '>'), bytes, fortranOrder));
    expect(await read(false)).toMatchObject({
      dtype: 'int16',
      shape: [2, 3],
      data: Int16Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(await read(true)).toMatchObject({ shape: [2, 3], data: Int16Array.of(1, 3, 5, 2, 4, 6) });
    const scalar = (dtype: Pickled, contents: Pickled) =>
      value(call(global('numpy._core.multiarray', 'scalar'), dtype, contents));
    expect(await scalar(numpyDtype('i8'), raw(littleEndian(640, 8)))).toBe(640);
    expect(await scalar(numpyDtype('b1', '|'), raw([1]))).toBe(true);
    // Python 2 has text instead of bytes.
    expect(await scalar(numpyDtype('u1', '|'), text('\u00ff'))).toBe(255);
    const buffer = call(
      global('numpy._core.numeric', '_frombuffer'),
      bytes,
      numpyDtype('i2', '>'),
      tuple(int(3), int(2)),
      text('C'),
    );
    expect(await value(buffer)).toMatchObject({ shape: [3, 2], data: Int16Array.of(1, 2, 3, 4, 5, 6) });
  });

  it('ends where the pickle ends, and can start anywhere', async () => {
    const bytes = Uint8Array.from([9, 9, ...pickle(int(5)), 1, 2, 3]);
    const found = await loadPickle(bytesSource('x', bytes), 2, () => ({ globals: GLOBALS }));
    expect(found).toEqual({ value: 5, end: bytes.length - 3 });
  });

  it('reads a pickle that is longer than a window', async () => {
    const bytes = pickle(
      list(text('a'.repeat(300_000)), ...Array.from({ length: 100_000 }, (_, index) => int(index))),
    );
    const items = (await load(bytes)) as unknown[];
    expect(items.length).toBe(100_001);
    expect(items.at(-1)).toBe(99_999);
  });
});

describe('a hostile pickle', () => {
  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['builtins', 'getattr'],
    ['__builtin__', 'exec'],
    ['subprocess', 'Popen'],
    ['numpy', 'load'],
    ['numpy.core.multiarray', 'fromfile'],
    ['collections', 'OrderedDict.__init__'],
    ['', 'OrderedDict'],
    ['__proto__', 'constructor'],
  ])('cannot reach %s.%s', async (module, name) => {
    const evil = call(global(module, name), text('echo'));
    expect(await errorCode(value(evil))).toBe('format_refused');
    const message = await value(evil).catch((error: Error) => error.message);
    expect(message).toContain(`${module}.${name}`);
    const stacked = Uint8Array.from([0x80, 4, ...text(module), ...text(name), 0x93, 46]);
    expect(await errorCode(load(stacked))).toBe('format_refused');
    expect(await errorCode(load(ascii(`(i${module}\n${name}\n.`)))).toBe('format_refused');
  });

  it.each([
    ['a global of the extension registry', '\x80\x02\x82\x01.', 'format_refused'],
    ['data outside of the file', '\x80\x02K\x01Q.', 'format_refused'],
    ['a buffer outside of the pickle', '\x80\x05\x97.', 'format_unsupported'],
    ['a future protocol', '\x80\x06N.', 'format_unsupported'],
    ['an endless integer', `\x80\x02\x8b\xff\xff\xff\x7f${'\0'.repeat(5000)}.`, 'format_unsupported'],
    ['an endless decimal integer', `L${'1'.repeat(5000)}L\n.`, 'format_invalid'],
    ['nothing', '', 'format_invalid'],
    ['no end', 'K\x01', 'format_invalid'],
    ['an end with an empty stack', '.', 'format_invalid'],
    ['an end below a mark', 'K\x01(.', 'format_invalid'],
    ['an end with two values', 'K\x01K\x02.', 'format_invalid'],
    ['an unknown instruction', '\xff.', 'format_invalid'],
    ['text that is longer than the file', '\x80\x02X\xff\xff\xff\xffabc.', 'format_invalid'],
    [
      'bytes that are longer than any file',
      '\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\xffabc.',
      'format_invalid',
    ],
    ['text that is not UTF-8', '\x80\x02X\x01\x00\x00\x00\xff.', 'format_invalid'],
    ['quotes that never close', "S'abc\n.", 'format_invalid'],
    ['an invalid integer', 'I1x\n.', 'format_invalid'],
    ['an invalid float', 'F1..2e\n.', 'format_invalid'],
    ['an empty memo', 'h\x07.', 'format_invalid'],
    ['a missing mark', 'K\x01t.', 'format_invalid'],
    ['an append to a number', 'K\x01K\x02a.', 'format_invalid'],
    ['a set of items of a list', '](K\x01K\x02u.', 'format_invalid'],
    ['a key without a value', '}(K\x01u.', 'format_invalid'],
    ['items added to a list', '](K\x01\x90.', 'format_invalid'],
    ['a call of a text', 'U\x01a)R.', 'format_invalid'],
    ['a call without arguments', 'ccollections\nOrderedDict\nK\x01R.', 'format_invalid'],
    ['a call of a name', 'cnumpy\nndarray\n)R.', 'format_invalid'],
    ['a call with keywords', 'cargparse\nNamespace\n)}K\x01K\x02s\x92.', 'format_unsupported'],
    ['a state for a list', ']}b.', 'format_invalid'],
    ['a namespace of a list', 'cargparse\nNamespace\n)\x81]b.', 'format_invalid'],
    ['a global of lists', ']]\x93.', 'format_invalid'],
  ])('is refused for %s', async (_, source, code) => {
    expect(await errorCode(load(ascii(source)))).toBe(code);
  });

  it.each<[string, Pickled, string]>([
    [
      'an array larger than its bytes',
      numpyArray([1000], numpyDtype('f8'), raw([1, 2, 3])),
      'format_invalid',
    ],
    ['an array of 2^31 axes', numpyArray([-1], numpyDtype('f8'), raw([])), 'format_invalid'],
    ['an array of text', numpyArray([1], numpyDtype('U4'), raw(new Uint8Array(16))), 'format_unsupported'],
    ['a dtype without a code', call(global('numpy', 'dtype'), int(1)), 'format_invalid'],
    ['a custom encoding', call(global('_codecs', 'encode'), text('a'), text('zip')), 'format_invalid'],
    ['invalid pairs', call(global('collections', 'OrderedDict'), list(int(1))), 'format_invalid'],
    [
      'a reconstructed list',
      call(global('copyreg', '_reconstructor'), text('a'), text('b'), none),
      'format_invalid',
    ],
    ['an integer of a kibibyte', long(0n, 255), 'none'],
  ])('is refused for %s', async (_, pickled, code) => {
    expect((await errorCode(value(pickled))) ?? 'none').toBe(code);
  });

  it('cannot multiply its contents', async () => {
    // One megabyte of numbers, turned into a thousand arrays by reference.
    const bytes = [...raw(new Uint8Array(1 << 20)), 0x71, 0]; // BINPUT 0
    const again: Pickled = [0x68, 0]; // BINGET 0
    const arrays = Array.from({ length: 1000 }, () => numpyArray([1 << 20], numpyDtype('i1', '|'), again));
    expect(await errorCode(value(list(bytes, ...arrays)))).toBe('format_unsupported');
  });

  it('cannot fill the stack', async () => {
    const bytes = new Uint8Array((1 << 24) + 2).fill(0x4e); // NONE
    bytes[bytes.length - 1] = 0x2e;
    expect(await errorCode(load(bytes))).toBe('format_unsupported');
  });

  it('cannot make more dictionaries than there is memory for', async () => {
    const bytes = new Uint8Array(8 << 20).fill(0x7d); // EMPTY_DICT
    for (let at = 1; at < bytes.length; at += 2) bytes[at] = 0x30; // POP
    bytes[bytes.length - 1] = 0x2e;
    expect(await errorCode(load(bytes))).toBe('format_unsupported');
  });

  it('cannot be longer than a limit, however large the file is', async () => {
    let largest = 0;
    const source: ByteSource = {
      name: 'huge',
      size: 2 ** 42,
      read: async (_, length) => {
        largest = Math.max(largest, length);
        const bytes = new Uint8Array(Math.min(length, 64));
        bytes.set([0x80, 5, 0x96, ...littleEndian(2 ** 40, 8)]); // BYTEARRAY8
        return bytes;
      },
      close: async () => {},
    };
    const work = loadPickle(source, 0, () => ({ globals: GLOBALS }));
    expect(await errorCode(work)).toBe('format_unsupported');
    expect(largest).toBeLessThan(1 << 20);
  });
});
