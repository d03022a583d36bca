import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { verifyPoints } from '../../batch/index/points.ts';
import { verifyNodes } from '../../batch/index/verify-nodes.ts';
import { silentReport } from '../../batch/report.ts';
import { exampleSentences } from '../../batch/start/page.ts';
import { GENERATION_PATHS, verifyFiles } from '../../shared/generation/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const CAPTION_PATHS: readonly string[] = [
  GENERATION_PATHS.captionNodes,
  GENERATION_PATHS.captionVectors,
  GENERATION_PATHS.captionPayloads,
  GENERATION_PATHS.dependencies,
];

describe('a generation of images alone', () => {
  let project: SmallProject;
  let index: IndexFolder;
  let database: RunningQdrantLocal;
  let store: QdrantStore;
  let id = '';
  let manifest: GenerationManifest;

  const build = () =>
    buildIndex(
      { index: index.path, data: project.data, checkpoint: project.model, backend: 'wasm', store },
      silentReport,
    );

  beforeAll(async () => {
    project = await smallProject({ test: 6 });
    index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: join(project.data, '..', 'qdrant.sqlite'), port: 0 });
    store = createQdrantStore({ url: database.url });
    for (const name of ['caps.txt', 'precaps_stan.txt', 'caps.json']) {
      rmSync(join(project.data, `test_${name}`));
    }
    id = (await build()).generation;
    manifest = await index.manifest(id);
  });
  afterAll(async () => {
    await database.close();
    project.remove();
  });

  it('is whole without the files of captions', async () => {
    expect(manifest.holds).toEqual(['images']);
    expect(CAPTION_PATHS.filter((path) => existsSync(join(index.generation(id), path)))).toEqual([]);
    expect(await build()).toEqual({ generation: id, built: false });
    const files = folderFiles(index.generation(id));
    await verifyFiles(files, manifest);
    await verifyNodes(files, manifest);
  });

  it('has points of images alone, and serves', async () => {
    await verifyPoints(store, index.generation(id), manifest);
    expect(await store.listCollections()).toEqual([manifest.collections.images]);
    expect(await store.collectionInfo(manifest.collections.images)).toMatchObject({
      points: 6,
      status: 'green',
    });
    expect((await index.active())?.manifest).toMatch(/^[0-9a-f]{64}$/);
    expect(await exampleSentences(store, manifest, 3)).toEqual([]);
  });
});
