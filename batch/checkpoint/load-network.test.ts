import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createModel, MODEL_FILES, modelFiles } from '../../shared/generation/index.ts';
import type { Parameters } from '../../shared/model/index.ts';
import { parseVocabulary } from '../../shared/text/index.ts';
import { withFolder } from '../../test/support/data-folder.ts';
import { seededRandom } from '../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../test/support/random-model.ts';
import { loadNetwork } from './load-network.ts';
import { writeReleasedCheckpoint } from './write-released-checkpoint.ts';

/** The parameters with a first number of one that is not a number. */
function withNaN(parameters: Parameters, name: string): Parameters {
  return new Map(
    [...parameters].map(([other, { shape, data }]) => [
      other,
      { shape, data: other === name ? data.with(0, Number.NaN) : data },
    ]),
  );
}

const golden = resolve(import.meta.dirname, '../../../shared/golden/released');

describe('loadNetwork refuses', () => {
  it('a missing file', async () => {
    await withFolder(new Map(), (folder) =>
      expect(loadNetwork(join(folder, 'model_best.pth.tar'))).rejects.toMatchObject({ code: 'file_missing' }),
    );
  });

  it('a file that is not a checkpoint', async () => {
    await withFolder(new Map([['x.pth.tar', 'a file without a checkpoint']]), (folder) =>
      expect(loadNetwork(join(folder, 'x.pth.tar'))).rejects.toMatchObject({ code: 'format_invalid' }),
    );
  });

  it('a folder without a model', async () => {
    await withFolder(new Map(), (folder) =>
      expect(loadNetwork(folder)).rejects.toMatchObject({
        code: 'file_missing',
        message: expect.stringMatching(/no config\.json/),
      }),
    );
  });
});

describe('loadNetwork of a model folder', () => {
  const words = ['<pad>', '<start>', '<end>', '<unk>', 'a', 'dog', 'runs'];
  const config = smallConfig({ vocabularySize: words.length });

  it('reads what was written, with another propagation on request', async () => {
    const parameters = randomParameters(seededRandom(5), config);
    const model = await createModel({
      config,
      parameters,
      vocabulary: parseVocabulary(
        JSON.stringify({ word2idx: Object.fromEntries(words.map((word, id) => [word, id])) }),
        'the vocabulary of the test',
      ),
      coarse: { config: {}, tensors: new Map([['map', { shape: [1], data: Float32Array.of(1) }]]) },
      ranking: { shortlist: 10, coarseWeight: 1 },
    });
    const files = [...modelFiles(model)].map(([name, bytes]) => [name, Buffer.from(bytes)] as const);
    await withFolder(new Map(files), async (folder) => {
      const network = await loadNetwork(folder);
      expect(network).toMatchObject({ path: folder, kind: 'model folder', config });
      expect(network.parameters).toEqual(parameters);
      // A model folder's numbers are checked before its fingerprints.
      const damaged = await createModel({
        ...model,
        parameters: withNaN(parameters, 'text_encoder.embed.weight'),
      });
      writeFileSync(join(folder, MODEL_FILES.network), modelFiles(damaged).get(MODEL_FILES.network) ?? '');
      await expect(loadNetwork(folder)).rejects.toMatchObject({
        code: 'format_invalid',
        message: expect.stringMatching(
          `${folder}/${MODEL_FILES.network}: tensor "text_encoder.embed.weight" holds NaN at \\[0, 0\\]`,
        ),
      });
      writeFileSync(join(folder, MODEL_FILES.network), modelFiles(model).get(MODEL_FILES.network) ?? '');
      const other = await loadNetwork(folder, 'neighbours');
      expect(other.config).toEqual({ ...config, propagation: 'neighbours' });
    });
  });
});

describe('loadNetwork of a checkpoint from training', () => {
  const config = smallConfig({ propagation: 'neighbours', sparse: true });
  const parameters = randomParameters(seededRandom(6), config);
  const network = { config, parameters, options: new Map(), epoch: 2, bestRsum: 12.5, iterations: 40 };

  it('needs no propagation, and accepts one', async () => {
    const bytes = Buffer.from(await writeReleasedCheckpoint(network));
    await withFolder(new Map([['x.pth.tar', bytes]]), async (folder) => {
      const path = join(folder, 'x.pth.tar');
      const loaded = await loadNetwork(path);
      expect(loaded).toMatchObject({ path, kind: 'checkpoint', epoch: 2, bestRsum: 12.5, iterations: 40 });
      expect(loaded.config).toEqual(config);
      expect(loaded.parameters).toEqual(parameters);
      expect((await loadNetwork(path, 'self')).config).toEqual({ ...config, propagation: 'self' });
    });
  });
});

describe.skipIf(!existsSync(golden))('loadNetwork (skipped without ../shared/golden)', () => {
  it.each(['model_best.pth.tar', 'model_best.zip.pth.tar'])('reads dense/%s', async (file) => {
    const network = await loadNetwork(join(golden, 'dense', file));
    expect(network).toMatchObject({
      kind: 'checkpoint',
      config: { sparse: false, bidirectional: true, propagation: 'self', kernels: 8, blocks: 16 },
    });
    expect(network.parameters.get('image_encoder.fc.weight')?.shape).toEqual([
      network.config.jointSize,
      network.config.imageFeatureSize,
    ]);
    expect(network.options?.get('lambda_softmax')).toBe(network.config.softmaxTemperature);
  });

  it('reads the same numbers from both formats of PyTorch', async () => {
    const legacy = await loadNetwork(join(golden, 'dense', 'model_best.pth.tar'));
    const zip = await loadNetwork(join(golden, 'dense', 'model_best.zip.pth.tar'));
    expect(zip.parameters).toEqual(legacy.parameters);
    expect(zip.config).toEqual(legacy.config);
  });

  it('uses the requested propagation', async () => {
    const { config } = await loadNetwork(join(golden, 'sparse', 'model_best.pth.tar'), 'neighbours');
    expect(config).toMatchObject({ sparse: true, propagation: 'neighbours' });
  });
});
