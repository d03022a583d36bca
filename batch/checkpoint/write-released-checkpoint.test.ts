import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { type CheckpointFormat, readCheckpoint } from '../../shared/formats/torch/index.ts';
import { withFolder } from '../../test/support/data-folder.ts';
import { errorCode } from '../../test/support/error-code.ts';
import { seededRandom } from '../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../test/support/random-model.ts';
import { type ReleasedCheckpoint, readReleasedCheckpoint } from './released-checkpoint.ts';
import {
  type TrainedNetwork,
  type TrainingOptions,
  writeReleasedCheckpoint,
} from './write-released-checkpoint.ts';

const golden = resolve(import.meta.dirname, '../../../shared/golden');
const MODELS = ['dense', 'sparse', 'unigru-lambda10', 'wide'];
const GOLDEN = ['released', 'neighbours'].flatMap((kind) => MODELS.map((model) => join(kind, model)));

async function read(bytes: Uint8Array): Promise<ReleasedCheckpoint> {
  return readReleasedCheckpoint('x.pth.tar', await readCheckpoint(bytesSource('x.pth.tar', bytes)));
}

async function writeAndRead(network: TrainedNetwork, format?: CheckpointFormat): Promise<ReleasedCheckpoint> {
  return read(await writeReleasedCheckpoint(network, format));
}

/** What was read, in the form for writing. */
function trained({ config, parameters, options, ...progress }: ReleasedCheckpoint): TrainedNetwork {
  const { epoch = -1, bestRsum = -1, iterations = -1 } = progress;
  return { config, parameters, options: options as TrainingOptions, epoch, bestRsum, iterations };
}

const config = smallConfig({ softmaxTemperature: 20, normalizeCaptions: false, propagation: 'neighbours' });
const network: TrainedNetwork = {
  config,
  parameters: randomParameters(seededRandom(4), config),
  options: new Map<string, string | number | boolean | null>([
    ['data_name', 'größe_precomp'],
    ['margin', 1],
    ['max_violation', true],
    ['batch_size', 64],
    ['learning_rate', 0.0005],
    ['resume', null],
  ]),
  epoch: 7,
  bestRsum: 481,
  iterations: 12345,
};

describe('writeReleasedCheckpoint', () => {
  it.each(['legacy', 'zip'] as const)('is inverted by readReleasedCheckpoint: %s', async (format) => {
    const found = await writeAndRead(network, format);
    expect(found).toMatchObject({ config, epoch: 7, bestRsum: 481, iterations: 12345 });
    expect(found.parameters).toEqual(network.parameters);
    expect([...found.parameters.keys()]).toEqual([...network.parameters.keys()]);
    expect(new Map([...found.options, ...network.options])).toEqual(found.options);
  });

  it.each([
    { sparse: true },
    { bidirectional: false, layers: 2 },
    { normalizeImages: false, kernels: 2, blocks: 3, hiddenSize: 8 },
    { propagation: 'self' },
  ] as const)('describes the network in opt: %j', async (changes) => {
    const other = smallConfig(changes);
    const parameters = randomParameters(seededRandom(5), other);
    expect((await writeAndRead({ ...network, config: other, parameters })).config).toEqual(other);
  });

  it('takes sizes and settings from the configuration, not from options of the same name', async () => {
    const options = new Map([
      ['propagation', 'self'],
      ['embed_size', 'large'],
    ]);
    const found = await writeAndRead({ ...network, options });
    expect(found.options.get('propagation')).toBe('neighbours');
    expect(found.options.get('embed_size')).toBe(config.jointSize);
  });

  it.each<[string, Partial<TrainedNetwork>, string]>([
    ['parameters of another network', { config: smallConfig({ sparse: true, blocks: 6 }) }, 'shape_mismatch'],
    ['half an epoch', { epoch: 0.5 }, 'argument_invalid'],
    ['an invalid number of steps', { iterations: Number.NaN }, 'argument_invalid'],
  ])('refuses %s', async (_, changes, code) => {
    expect(await errorCode(writeReleasedCheckpoint({ ...network, ...changes }))).toBe(code);
  });
});

describe.skipIf(!existsSync(golden))('golden checkpoints (skipped without ../shared/golden)', () => {
  it.each(GOLDEN)('%s is the same after it was written and read', async (model) => {
    const before = await read(readFileSync(join(golden, model, 'model_best.pth.tar')));
    const after = await writeAndRead(trained(before));
    expect(after.parameters).toEqual(before.parameters);
    expect(after.config).toEqual(before.config);
    expect([after.epoch, after.bestRsum, after.iterations]).toEqual([
      before.epoch,
      before.bestRsum,
      before.iterations,
    ]);
    expect(before.iterations).toBeGreaterThan(0);
    expect(after.options).toEqual(new Map([...before.options, ['propagation', before.config.propagation]]));
  });
});

/** Compares two checkpoints as PyTorch loads them: types, values, order and every bit; only `propagation` is new. */
const COMPARE = `
import argparse, sys, torch
torch.serialization.add_safe_globals([argparse.Namespace])
ours, theirs = [torch.load(path, weights_only=True) for path in sys.argv[1:]]
assert list(ours) == list(theirs) == ['epoch', 'model', 'best_rsum', 'opt', 'Eiters'], list(ours)
for key in ['epoch', 'best_rsum', 'Eiters']:
    assert type(ours[key]) is type(theirs[key]) and ours[key] == theirs[key], key
for mine, other in zip(ours['model'], theirs['model'], strict=True):
    assert type(mine) is type(other) and list(mine) == list(other)
    for name in mine:
        assert mine[name].dtype == other[name].dtype and mine[name].shape == other[name].shape, name
        assert torch.equal(mine[name].view(torch.int32), other[name].view(torch.int32)), name
options = vars(ours['opt'])
assert options.pop('propagation') == 'self'
for name, value in vars(theirs['opt']).items():
    assert type(options[name]) is type(value) and options.pop(name) == value, name
assert not options, options
print('equal')
`;

const torch = existsSync(golden) && spawnSync('python3', ['-c', 'import torch']).status === 0;

describe.skipIf(!torch)(
  'PyTorch (skipped without ../shared/golden or where python3 cannot import torch)',
  () => {
    it.each(['legacy', 'zip'] as const)('finds the same in our %s file as in its own', async (format) => {
      const path = join(golden, 'released/dense/model_best.pth.tar');
      const bytes = Buffer.from(
        await writeReleasedCheckpoint(trained(await read(readFileSync(path))), format),
      );
      await withFolder(new Map([['x.pth.tar', bytes]]), async (folder) => {
        const parameters = ['-c', COMPARE, join(folder, 'x.pth.tar'), path];
        const { stdout, stderr } = spawnSync('python3', parameters, { encoding: 'utf8' });
        expect(stdout, stderr).toBe('equal\n');
      });
    });
  },
);
