import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  build,
  call,
  dict,
  global,
  list,
  persistent,
  text,
  tuple,
} from '../../../test/support/pickle-bytes.ts';
import { bytesSource } from '../byte-source.ts';
import { loadPickle } from './load-pickle.ts';
import {
  type Picklable,
  PickleCall,
  PickleFloat,
  PickleGlobal,
  PickleInstance,
  PicklePersistent,
  PickleTuple,
} from './pickle-values.ts';
import { writePickle } from './write-pickle.ts';

const hex = (bytes: ArrayLike<number>): string => Buffer.from(Array.from(bytes)).toString('hex');
/** The instructions of a pickle, without protocol and end. */
const code = (value: Picklable): string => hex(writePickle(value).subarray(2, -1));

async function readBack(value: Picklable): Promise<unknown> {
  const bytes = writePickle(value);
  const { value: found, end } = await loadPickle(bytesSource('x', bytes), 0, () => ({ globals: new Map() }));
  expect(end).toBe(bytes.length);
  return found;
}

/** Plain values, and what they are after reading. */
const { tree } = fc.letrec<{ tree: Picklable }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.string({ unit: 'grapheme' }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 2039n - 1n }),
    fc.array(tie('tree'), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.string(), tie('tree')), { maxLength: 5 })
      .map((entries) => new Map<string, Picklable>(entries)),
  ),
}));

describe('writePickle', () => {
  it('writes protocol 2', () => {
    expect(hex(writePickle(null))).toBe('80024e2e');
  });

  it.each<[string, Picklable, string]>([
    ['0', 0, '4b00'],
    ['255', 255, '4bff'],
    ['256', 256, '4d0001'],
    ['65536', 65536, '4a00000100'],
    ['-1', -1, '4affffffff'],
    ['2^31', 2 ** 31, '8a050000008000'],
    ['-2^31', -(2 ** 31), '4a00000080'],
    ['-2^31 - 1', -(2 ** 31) - 1, '8a05ffffff7fff'],
    ['2^39', 2 ** 39, '8a06000000008000'],
    ['a half', 0.5, '473fe0000000000000'],
    ['20.0', new PickleFloat(20), '474034000000000000'],
    ['-0.0', -0, '478000000000000000'],
    ['2^60', 2 ** 60, '4743b0000000000000'],
    ['an empty tuple', new PickleTuple([]), '29'],
    ['an empty list', [], '5d'],
    ['an empty dictionary', new Map(), '7d'],
  ])('writes %s like Python', (_, value, expected) => {
    expect(code(value)).toBe(expected);
  });

  it('writes containers, calls, instances and persistent ids instruction by instruction', () => {
    const class_ = new PickleGlobal('argparse', 'Namespace');
    expect(code(new PickleTuple(['a', ['b', null]]))).toBe(hex(tuple(text('a'), list(text('b'), [0x4e]))));
    expect(code(new PickleCall(class_, ['a']))).toBe(hex(call(global('argparse', 'Namespace'), text('a'))));
    expect(code(new PicklePersistent('key'))).toBe(hex(persistent(text('key'))));
    expect(code(new PickleInstance(class_, new Map([['ä', 'b']])))).toBe(
      hex(build([...global('argparse', 'Namespace'), 0x29, 0x81], dict([text('ä'), text('b')]))),
    );
  });

  it('is read back unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (value) => {
        expect(await readBack(value)).toEqual(value);
      }),
    );
  });

  const itself: Picklable[] = [];
  itself.push(itself);
  it.each<[string, Picklable, RegExp]>([
    ['half a character', '\ud800', /d800/],
    ['an integer beyond 255 bytes', 2n ** 2039n, /255 bytes/],
    ['a list that holds itself', itself, /deep/],
  ])('refuses %s', (_, value, message) => {
    expect(() => writePickle(value)).toThrow(
      expect.objectContaining({ code: 'argument_invalid', message: expect.stringMatching(message) }),
    );
  });
});

/** Prints what Python finds in each pickle, after Python's own check of the instructions. */
const PYTHON = `
import io, pickle, pickletools, sys
for line in sys.stdin:
    data = bytes.fromhex(line)
    pickletools.dis(data, out=io.StringIO())
    value = pickle.loads(data)
    print(ascii(list(value.items()) if hasattr(value, "move_to_end") else value))
`;

describe.skipIf(spawnSync('python3', ['--version']).status !== 0)(
  'Python (skipped where there is no python3)',
  () => {
    it('loads what was written', () => {
      const ordered = new PickleGlobal('collections', 'OrderedDict');
      const values: [Picklable, string][] = [
        [-(2 ** 31) - 1, '-2147483649'],
        [2n ** 80n, String(2n ** 80n)],
        [new PickleFloat(20), '20.0'],
        [-1e-5, '-1e-05'],
        ['größe', "'gr\\xf6\\xdfe'"],
        [[null, true, new PickleTuple([1])], '[None, True, (1,)]'],
        [new PickleCall(ordered, [], new Map<string, Picklable>([['2', []]])), "[('2', [])]"],
        [
          new PickleInstance(new PickleGlobal('argparse', 'Namespace'), new Map([['bi_gru', true]])),
          'Namespace(bi_gru=True)',
        ],
      ];
      const input = values.map(([value]) => hex(writePickle(value))).join('\n');
      const { stdout, stderr } = spawnSync('python3', ['-c', PYTHON], { input, encoding: 'utf8' });
      expect(stdout.trimEnd().split('\n'), stderr).toEqual(values.map(([, expected]) => expected));
    });
  },
);
