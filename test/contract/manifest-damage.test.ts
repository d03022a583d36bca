import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { silentReport } from '../../batch/report.ts';
import { searchIndex } from '../../batch/search/search-index.ts';
import { startLoadedReranker } from '../../batch/serve/reranker.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { keptLog } from '../support/rerank-service.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

/** Changes of one bit that leave a manifest of the right form. */
const CHANGES = [
  ['a shortlist of 11 instead of 10', '"shortlist": 10', '"shortlist": 11'],
  ['another collection', '-images"', '-imagec"'],
] as const;

describe('a manifest changed by one bit', () => {
  let project: SmallProject;
  let index: IndexFolder;
  let database: RunningQdrantLocal;
  let store: QdrantStore;
  let active = '';
  let other = '';
  let whole: Record<string, string> = {};

  const pathOf = (id: string) => join(index.generation(id), GENERATION_PATHS.manifest);
  const build = (split: string, activate = true) =>
    buildIndex(
      {
        index: index.path,
        data: project.data,
        checkpoint: project.model,
        split,
        backend: 'wasm',
        store,
        activate,
      },
      silentReport,
    );

  beforeAll(async () => {
    project = await smallProject({ test: 4, dev: 5 });
    index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: join(project.data, '..', 'store.sqlite'), port: 0 });
    store = createQdrantStore({ url: database.url });
    active = (await build('test')).generation;
    other = (await build('dev', false)).generation;
    whole = Object.fromEntries([active, other].map((id) => [id, readFileSync(pathOf(id), 'utf8')]));
  });
  afterEach(() => {
    for (const [id, text] of Object.entries(whole)) writeFileSync(pathOf(id), text);
  });
  afterAll(async () => {
    await database.close();
    project.remove();
  });

  function change(id: string, from: string, to: string): void {
    const text = whole[id] ?? '';
    expect(text).toContain(from);
    writeFileSync(pathOf(id), text.replace(from, to));
  }

  it.each(CHANGES)('to %s is refused by all that read the active generation', async (_, from, to) => {
    change(active, from, to);
    const refused = { code: 'checksum_mismatch', message: expect.stringContaining('manifest.json') };
    await expect(index.manifest(active)).rejects.toMatchObject(refused);
    await expect(build('test')).rejects.toMatchObject(refused);
    await expect(
      searchIndex({
        index,
        backend: 'wasm',
        query: 'a dog',
        limit: 3,
        exhaustive: false,
        understand: true,
        collapse: true,
        fuse: true,
        memoryBytes: 2 ** 24,
        signal: new AbortController().signal,
      }),
    ).rejects.toMatchObject(refused);
    const { log } = keptLog();
    await expect(
      startLoadedReranker({ indexFolder: index.path, backend: 'wasm', port: 0, log }),
    ).rejects.toMatchObject(refused);
  });

  it.each(CHANGES)('to %s is noticed in a generation that was never active', async (_, from, to) => {
    change(other, from, to);
    const verified = await runGsmn([
      'index',
      'verify',
      other,
      '--index',
      index.path,
      '--qdrant',
      database.url,
    ]);
    expect(verified).toMatchObject({ stdout: '', stderr: expect.stringContaining('different SHA-256') });
    expect(verified.code).not.toBe(0);
    const listed = await runGsmn([
      'index',
      'list',
      '--json',
      '--index',
      index.path,
      '--qdrant',
      database.url,
    ]);
    expect(JSON.parse(listed.stdout)).toContainEqual(
      expect.objectContaining({ generation: other, state: 'damaged' }),
    );
  });

  it('is noticed in the active generation of an older program, whose sum active.json has', async () => {
    const sum = join(index.generation(active), GENERATION_PATHS.manifestSum);
    const kept = readFileSync(sum);
    rmSync(sum);
    try {
      const verify = ['index', 'verify', '--index', index.path, '--qdrant', database.url];
      const verified = await runGsmn(verify);
      expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('is whole')]);
      expect(verified.stderr).toContain('an older program built it');
      change(active, ...(CHANGES[0].slice(1) as [string, string]));
      expect((await runGsmn(verify)).stderr).toContain('different SHA-256 than in active.json');
    } finally {
      writeFileSync(sum, kept);
    }
  });
});
