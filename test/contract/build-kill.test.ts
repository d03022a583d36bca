import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { collectionsOf } from '../../batch/index/plan.ts';
import { verifyPoints } from '../../batch/index/points.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const child = join(import.meta.dirname, '../runtime/build-index-child.ts');
const IMAGES = 300;
const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env;

/** SHA-256 of every file of a folder, by path. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [
        path.slice(folder.length),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
  );
}

/** The vector database that the builds of an index used: the one of QDRANT_URL, or the index's own. */
async function databaseOf(index: IndexFolder) {
  if (url) return { store: createQdrantStore({ url, apiKey }), close: async () => undefined };
  const database = await startQdrantLocal({ path: index.database, port: 0 });
  return { store: createQdrantStore({ url: database.url }), close: () => database.close() };
}

/** On a Qdrant, each build makes the collections of the same generation, so they are removed in between. */
describe(`a build that is killed and resumed (${url ? `Qdrant at ${url}` : 'qdrant-local'})`, () => {
  let project: SmallProject;
  let generation = '';
  let expected: Record<string, string> = {};
  // A part of the generation's id, so that the collections are of this run only.
  const imagesUrl = `/${randomUUID()}/`;

  function build(index: string, stage = '', share = ''): Promise<{ stdout: string }> {
    const { data, model } = project;
    return promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', child, index, data, model, imagesUrl, stage, share],
      { timeout: 110_000 },
    );
  }

  async function removeCollections(index: IndexFolder): Promise<void> {
    const { store, close } = await databaseOf(index);
    for (const collection of Object.values(collectionsOf(generation)))
      await store.deleteCollection(collection);
    await close();
  }

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES });
    generation = (await build(project.index)).stdout;
    expected = contents(new IndexFolder(project.index).generation(generation));
    await removeCollections(new IndexFolder(project.index));
  });
  afterAll(() => project.remove());
  afterEach(async () => {
    if (url) await removeCollections(new IndexFolder(project.index));
  });

  it('has a generation to compare with', () => {
    expect(generation).toMatch(/^[0-9a-f]{16}$/);
    expect(Object.keys(expected).length).toBeGreaterThan(10);
  });

  it.each([
    ['encode images', '0.5'],
    ['encode captions', '0.5'],
    ['seal the files', '0.9'],
    ['verify the files', '0.5'],
    ['send points to Qdrant', '0.5'],
    ['verify the points', '0.5'],
    ['activate', ''],
  ])(
    'resumes and ends in the same bytes after it was killed at "%s"',
    async (stage, share) => {
      const index = new IndexFolder(`${project.index}-${stage.replaceAll(' ', '-')}`);
      await expect(build(index.path, stage, share)).rejects.toMatchObject({ signal: 'SIGKILL' });
      // Nothing incomplete is active.
      expect(await index.active()).toBeUndefined();

      expect((await build(index.path)).stdout).toBe(generation);
      expect(contents(index.generation(generation))).toEqual(expected);
      expect(await index.unfinished()).toEqual([]);
      const { sha256 } = await index.storedManifest(generation);
      expect(await index.active()).toEqual({ generation, manifest: sha256, previous: null });

      const { store, close } = await databaseOf(index);
      try {
        await verifyPoints(store, index.generation(generation), await index.manifest(generation));
      } finally {
        await close();
      }
    },
    240_000,
  );
});
