import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activate } from '../../batch/index/activate.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { pushPoints, verifyPoints } from '../../batch/index/points.ts';
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

/** What holds no captions cannot be built yet; it is made of a generation that holds some. */
describe('a generation of images alone', () => {
  let project: SmallProject;
  let index: IndexFolder;
  let database: RunningQdrantLocal;
  let store: QdrantStore;
  let id = '';
  let manifest: GenerationManifest;

  beforeAll(async () => {
    project = await smallProject({ test: 6 });
    index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: join(project.data, '..', 'qdrant.sqlite'), port: 0 });
    store = createQdrantStore({ url: database.url });
    const options = {
      index: index.path,
      data: project.data,
      checkpoint: project.model,
      backend: 'wasm',
      store,
    };
    id = (await buildIndex(options, silentReport)).generation;
    const path = join(index.generation(id), GENERATION_PATHS.manifest);
    const whole = JSON.parse(readFileSync(path, 'utf8')) as GenerationManifest;
    const alone: GenerationManifest = {
      ...whole,
      holds: ['images'],
      captions: { count: 0, longest: 0 },
      collections: { images: 'images-alone' },
      files: whole.files.filter((file) => !CAPTION_PATHS.includes(file.path)),
    };
    for (const name of CAPTION_PATHS) rmSync(join(index.generation(id), name), { force: true });
    writeFileSync(path, JSON.stringify(alone));
    // As an older program would have left it: without sums of the manifest.
    rmSync(join(index.generation(id), GENERATION_PATHS.manifestSum));
    await index.writeActive({ generation: id, previous: null });
    manifest = await index.manifest(id);
  });
  afterAll(async () => {
    await database.close();
    project.remove();
  });

  it('is whole without the files of captions', async () => {
    expect(manifest.holds).toEqual(['images']);
    const files = folderFiles(index.generation(id));
    await verifyFiles(files, manifest);
    await verifyNodes(files, manifest);
  });

  it('has points of images alone, and serves', async () => {
    await pushPoints(store, index.generation(id), manifest);
    await verifyPoints(store, index.generation(id), manifest);
    await activate(index, store, id);
    expect(await store.collectionInfo('images-alone')).toMatchObject({ points: 6, status: 'green' });
    expect((await index.active())?.manifest).toMatch(/^[0-9a-f]{64}$/);
    expect(await exampleSentences(store, manifest, 3)).toEqual([]);
  });
});
