import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../../test/support/data-folder.ts';
import { errorCode } from '../../../test/support/error-code.ts';
import { bytesSource } from '../byte-source.ts';
import { PickleFloat } from '../pickle/pickle-values.ts';
import { openZip } from '../zip/zip-archive.ts';
import { readCheckpoint } from './checkpoint.ts';
import { type CheckpointValue, Namespace, OrderedDictionary } from './checkpoint-value.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

const FORMATS = ['legacy', 'zip'] as const;
const floats = (shape: readonly number[], ...values: number[]) => ({
  shape,
  data: Float32Array.from(values),
});

describe.each(FORMATS)('a checkpoint that is written in the %s format', (format) => {
  const readBack = async (value: CheckpointValue) =>
    readCheckpoint(bytesSource('x.pth.tar', await writeCheckpoint(value, format)));

  it('is read unchanged', async () => {
    const options = new Map<string, CheckpointValue>([
      ['margin', 0.2],
      ['lambda_softmax', new PickleFloat(20)],
      ['resume', null],
      ['bi_gru', true],
    ]);
    const state = new Map([['fc.weight', floats([2, 3], 1, -0, Number.NaN, 1e-45, Infinity, 6)]]);
    const value = new Map<string, CheckpointValue>([
      ['epoch', 7],
      ['model', [new OrderedDictionary(state), new OrderedDictionary(new Map())]],
      ['opt', new Namespace(options)],
    ]);
    expect(await readBack(value)).toEqual(
      new Map<string, unknown>([
        ['epoch', 7],
        ['model', [new Map([['fc.weight', { dtype: 'float32', ...state.get('fc.weight') }]]), new Map()]],
        ['opt', new Map<string, unknown>([...options, ['lambda_softmax', 20]])],
      ]),
    );
  });

  it('keeps the type of its numbers', async () => {
    const arrays = {
      float64: Float64Array.of(0.1),
      int32: Int32Array.of(-7),
      int16: Int16Array.of(-300),
      int8: Int8Array.of(-7),
      uint8: Uint8Array.of(255),
    };
    for (const [dtype, data] of Object.entries(arrays)) {
      expect(await readBack({ shape: [1], data })).toEqual({ dtype, shape: [1], data });
    }
  });

  it('keeps any tensor, whatever part of a buffer it has', async () => {
    const tensor = fc.tuple(fc.array(fc.nat(4), { maxLength: 4 }), fc.nat(3)).map(([shape, offset]) => {
      const count = shape.reduce((product, extent) => product * extent, 1);
      const whole = Float32Array.from({ length: offset + count + 2 }, (_, index) => Math.sin(index));
      return { shape, data: whole.subarray(offset, offset + count) };
    });
    await fc.assert(
      fc.asyncProperty(fc.array(tensor, { maxLength: 5 }), async (tensors) => {
        expect(await readBack(tensors)).toEqual(
          tensors.map(({ shape, data }) => ({ dtype: 'float32', shape, data: Float32Array.from(data) })),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('stores an array of several tensors once', async () => {
    const data = new Float32Array(1000);
    const once = await writeCheckpoint([{ shape: [1000], data }], format);
    const twice = await writeCheckpoint(
      [
        { shape: [1000], data },
        { shape: [10, 100], data },
      ],
      format,
    );
    expect(twice.length - once.length).toBeLessThan(400);
  });

  it('has the same bytes each time', async () => {
    const value = [floats([1], 1)];
    expect(await writeCheckpoint(value, format)).toEqual(await writeCheckpoint(value, format));
  });

  it.each<[string, CheckpointValue, string]>([
    ['numbers that do not fill their shape', floats([2], 1), 'shape_mismatch'],
    ['a type without storages', { shape: [1], data: Uint32Array.of(1) }, 'argument_invalid'],
  ])('refuses %s', async (_, value, code) => {
    expect(await errorCode(writeCheckpoint(value, format))).toBe(code);
  });
});

describe('a checkpoint of the zip format', () => {
  it('has the members that PyTorch expects', async () => {
    const bytes = await writeCheckpoint([floats([1], 1), floats([1], 2)], 'zip');
    expect((await openZip(bytesSource('x', bytes))).names).toEqual(
      ['data.pkl', '.format_version', '.storage_alignment', 'byteorder', 'data/0', 'data/1', 'version'].map(
        (name) => `archive/${name}`,
      ),
    );
  });
});

/** Loads files with PyTorch and prints their contents: types, values, and tensors as the hexadecimal of their bytes. */
const LOAD = `
import argparse, json, sys, torch
def plain(value):
    if isinstance(value, torch.Tensor):
        assert value.is_contiguous()
        return [str(value.dtype), list(value.shape), value.numpy().tobytes().hex()]
    if isinstance(value, argparse.Namespace): return ['Namespace', plain(vars(value))]
    if isinstance(value, dict): return [type(value).__name__, [[key, plain(inner)] for key, inner in value.items()]]
    if isinstance(value, list): return [plain(inner) for inner in value]
    return [type(value).__name__, repr(value)]
torch.serialization.add_safe_globals([argparse.Namespace])
path, trusted = sys.argv[1:]
print(json.dumps(plain(torch.load(path, weights_only=trusted == 'no'))))
`;

describe.skipIf(spawnSync('python3', ['-c', 'import torch']).status !== 0)(
  'PyTorch (skipped where python3 cannot import torch)',
  () => {
    const weight = floats([2, 3], 1.5, -0, 1e-45, Infinity, -2, 3);
    const hex = Buffer.from(weight.data.buffer).toString('hex');
    const value = new Map<string, CheckpointValue>([
      ['epoch', 7],
      ['model', [new OrderedDictionary(new Map([['fc.weight', weight]]))]],
      ['best_rsum', new PickleFloat(481)],
      ['scalar', { shape: [], data: Int32Array.of(-7) }],
      ['opt', new Namespace(new Map<string, CheckpointValue>([['bi_gru', true]]))],
    ]);
    it.each([
      ['legacy', 'yes'],
      ['legacy', 'no'],
      ['zip', 'yes'],
      ['zip', 'no'],
    ] as const)('loads the %s format, with all of Python allowed: %s', async (format, trusted) => {
      await withFolder(new Map(), async (folder) => {
        const path = join(folder, 'x.pth.tar');
        writeFileSync(path, await writeCheckpoint(value, format));
        const { stdout, stderr } = spawnSync('python3', ['-c', LOAD, path, trusted], { encoding: 'utf8' });
        expect(stdout, stderr).not.toBe('');
        expect(JSON.parse(stdout)).toEqual([
          'dict',
          [
            ['epoch', ['int', '7']],
            ['model', [['OrderedDict', [['fc.weight', ['torch.float32', [2, 3], hex]]]]]],
            ['best_rsum', ['float', '481.0']],
            ['scalar', ['torch.int32', [], 'f9ffffff']],
            ['opt', ['Namespace', ['dict', [['bi_gru', ['bool', 'True']]]]]],
          ],
        ]);
      });
    });
  },
);
