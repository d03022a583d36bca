import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { verifyPoints } from '../../batch/index/points.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const child = join(import.meta.dirname, '../runtime/build-index-child.ts');
const IMAGES = 300;

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

describe('a build that is killed and resumed', () => {
  let project: SmallProject;
  let generation = '';
  let expected: Record<string, string> = {};

  function build(index: string, stage = '', share = ''): Promise<{ stdout: string }> {
    const { data, model } = project;
    return promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', child, index, data, model, stage, share],
      {
        timeout: 55_000,
      },
    );
  }

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES });
    generation = (await build(project.index)).stdout;
    expected = contents(new IndexFolder(project.index).generation(generation));
  });
  afterAll(() => project.remove());

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
    ['activate', ''],
  ])('resumes and ends in the same bytes after it was killed at "%s"', async (stage, share) => {
    const index = new IndexFolder(`${project.index}-${stage.replaceAll(' ', '-')}`);
    await expect(build(index.path, stage, share)).rejects.toMatchObject({ signal: 'SIGKILL' });
    // Nothing incomplete is active.
    expect(await index.active()).toBeUndefined();

    expect((await build(index.path)).stdout).toBe(generation);
    expect(contents(index.generation(generation))).toEqual(expected);
    expect(await index.unfinished()).toEqual([]);
    expect(await index.active()).toEqual({ generation, previous: null });

    const database = await startQdrantLocal({ path: index.database, port: 0 });
    try {
      const store = createQdrantStore({ url: database.url });
      await verifyPoints(store, index.generation(generation), await index.manifest(generation));
      expect((await store.listAliases()).get('gsmn-images')).toBe(`gsmn-${generation}-images`);
    } finally {
      await database.close();
    }
  });
});
