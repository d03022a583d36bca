import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../shared/generation/index.ts';
import { createEngines, type Engines } from '../../shared/platform/engines/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { CENTRED_POOLING_WARNING, openRecallEncoder } from '../../shared/retrieval/index.ts';
import { seededRandom } from '../../test/support/random.ts';
import { randomParameters } from '../../test/support/random-model.ts';
import { type SmallProject, smallProject } from '../../test/support/small-index.ts';
import type { LoadedNetwork } from '../checkpoint/load-network.ts';
import type { Report } from '../report.ts';
import { silentReport } from '../report.ts';
import { loadModel, writeModel } from './load-model.ts';
import { prepareModel } from './prepare-model.ts';
import { evenlySpaced, someRows } from './training-samples.ts';

describe('preparing a model', () => {
  let project: SmallProject;
  let captionless: SmallProject;
  let engines: Engines;
  let network: LoadedNetwork;

  beforeAll(async () => {
    project = await smallProject({ train: 60, dev: 25, test: 5 });
    captionless = await smallProject({ test: 30 });
    const { config } = project.prepared;
    const parameters = randomParameters(seededRandom(5), config);
    engines = await createEngines(config, parameters, 'wasm');
    const nothing = { features: undefined, epoch: undefined, bestRsum: undefined, options: undefined };
    network = { path: 'network', kind: 'checkpoint', config, parameters, ...nothing };
  });
  afterAll(async () => {
    await engines.encoder.dispose();
    await engines.matcher.dispose();
    project.remove();
    captionless.remove();
  });

  const prepare = (
    { data }: SmallProject,
    report: Report = silentReport,
    vocabulary = join(data, 'vocab.json'),
  ) => prepareModel({ network, engines, vocabulary, data, fallbackSplit: 'test' }, report);

  it('fits recall on train and the weight on dev, reproducibly', async () => {
    const stages: string[] = [];
    const report: Report = {
      ...silentReport,
      stage: (label, _unit, work) => {
        stages.push(label);
        return work(() => {});
      },
    };
    const model = await prepare(project, report);
    expect(stages).toEqual(['fit recall on train', 'fit the weight on dev', 'calibrate on dev']);
    expect((await openRecallEncoder(model.coarse)).kind).toBe('cca');
    expect(model.ranking.coarseWeight).toBeGreaterThanOrEqual(0);
    const again = await prepare(project);
    expect(again.fingerprints).toEqual(model.fingerprints);
    expect(again.ranking).toEqual(model.ranking);
  });

  it('falls back to centred pooling without captioned training data, and warns', async () => {
    const warnings: string[] = [];
    const model = await prepare(captionless, { ...silentReport, warn: (line) => warnings.push(line) });
    expect(warnings).toEqual([CENTRED_POOLING_WARNING]);
    expect((await openRecallEncoder(model.coarse)).kind).toBe('centred-pooling');
    expect(model.ranking.coarseWeight).toBeGreaterThan(0);
  });

  it('refuses a vocabulary of another size', async () => {
    const path = join(project.data, 'short.json');
    writeFileSync(path, '{"word2idx":{"<pad>":0,"<start>":1,"<end>":2,"<unk>":3}}');
    await expect(prepare(project, silentReport, path)).rejects.toMatchObject({
      code: 'shape_mismatch',
      message: expect.stringMatching(/4 words.*11/),
    });
    await expect(prepare(project, silentReport, join(project.data, 'none.json'))).rejects.toMatchObject({
      code: 'file_missing',
    });
  });

  it('writes a folder that is read unchanged, completely or not at all', async () => {
    const model = await prepare(project);
    const folder = join(project.index, 'written');
    await writeModel(model, folder);
    const back = await readModel(folderFiles(folder));
    expect(back.fingerprints).toEqual(model.fingerprints);
    expect(back.ranking).toEqual(model.ranking);
    expect(readdirSync(project.index)).toEqual(['written']);
    await expect(writeModel(model, folder)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('refuses a folder whose parts were mixed', async () => {
    const folder = join(project.index, 'mixed');
    await writeModel(await prepare(project), folder);
    writeFileSync(
      join(folder, 'network.safetensors'),
      readFileSync(join(captionless.model, 'network.safetensors')),
    );
    await expect(readModel(folderFiles(folder))).rejects.toMatchObject({ code: 'fingerprint_mismatch' });
  });

  it('uses a model folder unchanged', async () => {
    const cache = join(project.index, 'cache');
    const loaded = await loadModel(
      { checkpoint: project.model, data: project.data, split: 'test', backend: 'wasm', cache },
      silentReport,
    );
    expect(loaded.model.fingerprints).toEqual(project.prepared.fingerprints);
    expect(existsSync(cache)).toBe(false);
    await loaded.engines.encoder.dispose();
    await loaded.engines.matcher.dispose();
  });
});

describe('samples', () => {
  it('are spread evenly', () => {
    expect(evenlySpaced(10, 3)).toEqual([0, 3, 6]);
    expect(evenlySpaced(3, 10)).toEqual([0, 1, 2]);
    expect(evenlySpaced(0, 4)).toEqual([]);
  });

  it('are read together if they are adjacent, else one by one', async () => {
    const reads: [number, number][] = [];
    const rows = {
      images: 10,
      regions: 1,
      featureSize: 1,
      readFeatures: async (from: number, to: number) => {
        reads.push([from, to]);
        return Float32Array.from({ length: to - from }, (_, index) => from + index);
      },
    };
    expect([...(await someRows(rows, [2, 3, 4]).readFeatures(0, 3))]).toEqual([2, 3, 4]);
    expect([...(await someRows(rows, [1, 5, 6]).readFeatures(1, 3))]).toEqual([5, 6]);
    expect([...(await someRows(rows, [1, 5, 9]).readFeatures(0, 3))]).toEqual([1, 5, 9]);
    expect(reads).toEqual([
      [2, 5],
      [5, 7],
      [1, 2],
      [5, 6],
      [9, 10],
    ]);
  });
});
