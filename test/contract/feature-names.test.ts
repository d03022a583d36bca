import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertCheckpoint } from '../../batch/checkpoint/convert-checkpoint.ts';
import { loadNetwork } from '../../batch/checkpoint/load-network.ts';
import { requireFeatureIdentity } from '../../batch/data/feature-identity.ts';
import { openEvaluation } from '../../batch/evaluation/open-evaluation.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { verifyNodes } from '../../batch/index/verify-nodes.ts';
import { loadModel } from '../../batch/model/load-model.ts';
import { silentReport } from '../../batch/report.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const NAME = { source: 'some-source', version: 2, regions: 3, featureSize: 4 };

/** A data folder and a model of the same numbers, with and without the name of their source. */
describe('the name of a feature source', () => {
  let named: SmallProject;
  let unnamed: SmallProject;
  let database: RunningQdrantLocal;
  let store: QdrantStore;

  beforeAll(async () => {
    named = await smallProject({ test: 4, train: 25, dev: 25 }, { features: NAME });
    unnamed = await smallProject({ test: 4, train: 25, dev: 25 });
    database = await startQdrantLocal({ path: join(named.index, '..', 'qdrant.sqlite'), port: 0 });
    store = createQdrantStore({ url: database.url });
  });
  afterAll(async () => {
    await database.close();
    named.remove();
    unnamed.remove();
  });

  async function build(data: SmallProject, checkpoint: string) {
    const index = new IndexFolder(data.index);
    const options = { index: data.index, data: data.data, checkpoint, backend: 'wasm', store };
    const { generation } = await buildIndex(options, silentReport);
    return { folder: index.generation(generation), manifest: await index.manifest(generation) };
  }

  it('is copied from data and model into the manifest, and changes no number', async () => {
    const [with_, without] = [await build(named, named.model), await build(unnamed, unnamed.model)];
    expect(with_.manifest).toMatchObject({ version: 2, holds: ['images', 'captions'], features: NAME });
    expect(without.manifest.features).toBeUndefined();
    expect(with_.manifest.id).not.toBe(without.manifest.id);
    const numbers = ({ files }: typeof with_.manifest) =>
      files.filter(({ path }) => path !== 'model/config.json');
    expect(numbers(with_.manifest)).toEqual(numbers(without.manifest));
    expect(with_.manifest.model).toEqual(without.manifest.model);
  });

  it.each(['build', 'evaluate', 'prepare'] as const)(
    'is missed by %s where one side alone has it',
    async (how) => {
      const attempt = async (data: SmallProject, model: SmallProject): Promise<void> => {
        if (how === 'build') await build(data, model.model);
        else if (how === 'evaluate') {
          const request = { folder: data.data, split: 'test', protocol: 'clean', fold5: false } as const;
          await (await openEvaluation({ ...request, checkpoint: model.model, backend: 'wasm' })).close();
        } else {
          const checkpoint = join(model.model, '..', 'network.safetensors');
          await convertCheckpoint(model.model, checkpoint, 'legacy');
          const request = { data: data.data, checkpoint, split: 'test', backend: 'wasm', cache: undefined };
          const { engines, model: prepared } = await loadModel(request, silentReport);
          await engines.encoder.dispose();
          await engines.matcher.dispose();
          expect(prepared.features).toEqual(data === named ? NAME : undefined);
        }
      };
      await attempt(named, named);
      await attempt(unnamed, unnamed);
      await expect(attempt(named, unnamed)).rejects.toMatchObject({ code: 'fingerprint_mismatch' });
      await expect(attempt(unnamed, named)).rejects.toMatchObject({ code: 'fingerprint_mismatch' });
    },
  );

  it('is missed by a generation whose model was named afterwards', async () => {
    const { folder, manifest } = await build(unnamed, unnamed.model);
    const config = join(folder, 'model', 'config.json');
    const before = readFileSync(config, 'utf8');
    writeFileSync(config, JSON.stringify({ ...JSON.parse(before), features: NAME }));
    await expect(verifyNodes(folderFiles(folder), manifest)).rejects.toMatchObject({
      code: 'fingerprint_mismatch',
      message: expect.stringMatching(
        /holds features of an unnamed source, its model takes features of "some-source"/,
      ),
    });
    writeFileSync(config, before);
    await verifyNodes(folderFiles(folder), manifest);
  });

  it('is given to a checkpoint by converting it, and goes through both forms', async () => {
    const folder = join(unnamed.data, '..');
    const [one, two, three] = ['one.safetensors', 'two.pth.tar', 'three.safetensors'].map((name) =>
      join(folder, name),
    );
    const features = await requireFeatureIdentity(join(named.data, 'test_features.json'));
    if (one === undefined || two === undefined || three === undefined) throw new Error('three names');
    await convertCheckpoint(unnamed.model, one, 'legacy', { features });
    await convertCheckpoint(one, two, 'legacy');
    await convertCheckpoint(two, three, 'legacy');
    for (const path of [one, two, three]) expect((await loadNetwork(path)).features).toEqual(NAME);
    expect(readFileSync(three).equals(readFileSync(one))).toBe(false);
    const other = { ...NAME, source: 'other' };
    await expect(convertCheckpoint(one, two, 'legacy', { features: other })).rejects.toMatchObject({
      code: 'fingerprint_mismatch',
    });
    const larger = { ...NAME, featureSize: 5 };
    await expect(convertCheckpoint(unnamed.model, two, 'legacy', { features: larger })).rejects.toMatchObject(
      {
        code: 'shape_mismatch',
      },
    );
    await expect(requireFeatureIdentity(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'file_missing',
    });
    for (const path of [one, two, three]) rmSync(path);
  });
});
