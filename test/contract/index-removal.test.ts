import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activate } from '../../batch/index/activate.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { collectionsOf } from '../../batch/index/plan.ts';
import { pruneEncoders, pruneGenerations, removeGeneration } from '../../batch/index/remove-generation.ts';
import { silentReport } from '../../batch/report.ts';
import { GENERATION_PATHS, MODEL_FILES } from '../../shared/generation/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

describe('removing generations', () => {
  let project: SmallProject;
  let index: IndexFolder;
  let database: RunningQdrantLocal;
  let store: QdrantStore;
  /** From the oldest to the newest; the first is active, the second the previous one. */
  const ids: string[] = [];

  async function build(number: number): Promise<string> {
    const { generation } = await buildIndex(
      {
        index: index.path,
        data: project.data,
        checkpoint: project.model,
        backend: 'wasm',
        store,
        imagesUrl: `/${number}/`,
        activate: false,
      },
      silentReport,
    );
    const time = new Date(2020, 0, 1 + number);
    utimesSync(join(index.generation(generation), GENERATION_PATHS.manifest), time, time);
    return generation;
  }

  const collections = async () => (await store.listCollections()).sort();
  const collectionsOfAll = (some: readonly string[]) =>
    some.flatMap((id) => Object.values(collectionsOf(id))).sort();
  const gsmn = (...parameters: string[]) =>
    runGsmn(['index', ...parameters, '--index', index.path, '--qdrant', database.url]);

  beforeAll(async () => {
    project = await smallProject({ test: 3 });
    index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: join(project.data, '..', 'store.sqlite'), port: 0 });
    store = createQdrantStore({ url: database.url });
    for (let number = 0; number < 6; number++) ids.push(await build(number));
    const [first = '', second = ''] = ids;
    await activate(index, store, second);
    await activate(index, store, first);
    await store.ensureCollection('of-someone-else', 2);
  }, 120_000);
  afterAll(async () => {
    await database.close();
    project.remove();
  });

  it('refuses the active and the previous one', async () => {
    for (const id of ids.slice(0, 2)) {
      const refused = await gsmn('remove', id);
      expect([refused.code, refused.stderr]).toEqual([
        expect.any(Number),
        expect.stringMatching(/is (active|the previous one)/),
      ]);
      expect(refused.code).not.toBe(0);
    }
    expect([...(await index.generations())].sort()).toEqual([...ids].sort());
  });

  it('removes one by the beginning of its id, with its collections and nothing else', async () => {
    const [removed = ''] = ids.splice(2, 1);
    const done = await gsmn('remove', removed.slice(0, 12));
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining(`removed ${removed}`)]);
    expect([...(await index.generations())].sort()).toEqual([...ids].sort());
    expect(await collections()).toEqual([...collectionsOfAll(ids), 'of-someone-else'].sort());
    expect(existsSync(join(index.path, 'removing'))).toBe(false);
    expect((await gsmn('remove', removed)).stderr).toContain(`has no generation ${removed}`);
  });

  it('removes a damaged one, and an unfinished build', async () => {
    const [damaged = ''] = ids.splice(2, 1);
    writeFileSync(join(index.generation(damaged), GENERATION_PATHS.manifest), '{');
    await removeGeneration(index, store, damaged);
    expect(await index.generations()).not.toContain(damaged);
    expect(await collections()).toEqual([...collectionsOfAll(ids), 'of-someone-else'].sort());
    mkdirSync(index.building('0123456789abcdef'), { recursive: true });
    expect((await gsmn('remove', '0123456789abcdef')).code).toBe(0);
    expect(await index.unfinished()).toEqual([]);
  });

  it('stopped at any moment is completed by the next time', async () => {
    const id = ids[2] ?? '';
    const stopped = new Error('killed');
    // After the first of its two collections.
    let deleted = 0;
    const killed: QdrantStore = {
      ...store,
      deleteCollection: async (...call) => {
        if (deleted++ > 0) throw stopped;
        return store.deleteCollection(...call);
      },
    };
    await expect(removeGeneration(index, killed, id)).rejects.toBe(stopped);
    expect(await index.generations()).toContain(id);
    await expect(activate(index, store, id)).rejects.toMatchObject({ code: 'generation_incomplete' });
    // After the folder was moved, and before its files were deleted.
    const interrupted = new IndexFolder(index.path);
    let clearings = 0;
    interrupted.clearRemoved = async () => {
      if (clearings++ > 0) throw stopped;
    };
    await expect(removeGeneration(interrupted, store, id)).rejects.toBe(stopped);
    expect(await index.generations()).not.toContain(id);
    expect(readdirSync(join(index.path, 'removing'))).toEqual([id]);
    await pruneGenerations(index, store, 100);
    expect(existsSync(join(index.path, 'removing'))).toBe(false);
    ids.splice(2, 1);
  });

  it('removes encoders that no generation names, unless one is damaged so that nobody knows', async () => {
    const [needed, unneeded] = ['ab'.repeat(8), 'cd'.repeat(8)];
    const folders = () => readdirSync(index.encoders).sort();
    for (const name of [needed, unneeded, `${needed}.tmp`]) {
      mkdirSync(join(index.encoders, name, 'onnx'), { recursive: true });
    }
    const unfinished = join(index.building('fedcba9876543210'), GENERATION_PATHS.model);
    mkdirSync(unfinished, { recursive: true });
    writeFileSync(
      join(unfinished, MODEL_FILES.coarse),
      JSON.stringify({ parts: [{ identity: 'ab'.repeat(32) }] }),
    );
    const recall = join(index.generation(ids[0] ?? ''), GENERATION_PATHS.model, MODEL_FILES.coarse);
    renameSync(recall, `${recall}.lost`);
    expect(await pruneEncoders(index)).toEqual([]);
    renameSync(`${recall}.lost`, recall);
    expect(await pruneEncoders(index)).toEqual([`encoders/${needed}.tmp`, `encoders/${unneeded}`]);
    expect(folders()).toEqual([needed]);
    rmSync(index.building('fedcba9876543210'), { recursive: true });
    const pruned = await gsmn('prune', '--keep', '9');
    expect(pruned.stdout).toContain(`removed encoders/${needed}`);
    expect(folders()).toEqual([]);
  });

  it('prunes the oldest, but neither the active nor the previous one', async () => {
    // Active and previous are the oldest ones.
    expect(ids).toHaveLength(3);
    expect((await gsmn('prune', '--keep', '3')).stdout).toContain('nothing to remove');
    const another = await build(9);
    expect(await pruneGenerations(index, store, 3)).toEqual([ids[2]]);
    const pruned = await gsmn('prune');
    expect([pruned.code, pruned.stdout]).toEqual([0, expect.stringContaining(`removed ${another}`)]);
    expect([...(await index.generations())].sort()).toEqual(ids.slice(0, 2).sort());
    expect(await pruneGenerations(index, store, 1)).toEqual([]);
    expect((await gsmn('prune', '--keep', '0')).code).toBe(2);
    expect(await collections()).toEqual([...collectionsOfAll(ids.slice(0, 2)), 'of-someone-else'].sort());
  });
});
