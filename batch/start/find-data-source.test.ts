import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { smallProject } from '../../test/support/small-index.ts';
import { activateTiny, writeTinyGeneration } from '../../test/support/tiny-generation.ts';
import { drawnRegions } from '../features/drawn-regions/drawn-regions.ts';
import { featureIdentity } from '../features/feature-source.ts';
import { IndexFolder } from '../index/index-folder.ts';
import { findDataSource } from './find-data-source.ts';
import type { StartOptions } from './start-options.ts';

let root = '';
let index: IndexFolder;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gsmn-source-'));
  index = new IndexFolder(join(root, 'index'));
});
afterEach(() => rmSync(root, { recursive: true }));

const find = (changes: Partial<StartOptions> = {}) =>
  findDataSource(
    {
      index: index.path,
      gallery: join(root, 'gallery'),
      host: '127.0.0.1',
      port: 0,
      build: true,
      backend: 'auto',
      originals: false,
      renditionsMb: 1,
      answersMb: 0,
      logLevel: 'silent',
      ...changes,
    },
    index,
  );

/** An index whose generation names its data. */
async function indexOf(name: string, split: string, image: string): Promise<void> {
  const { id } = await writeTinyGeneration(index.path);
  await activateTiny(index.path, id);
  const path = join(index.generation(id), 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...manifest, source: { name, split } }));
  writeFileSync(join(index.generation(id), 'images.jsonl'), `{"note":"a\u2028b","name":"${image}"}\n{}\n`);
}

describe('findDataSource', () => {
  it('is the named data', async () => {
    expect(await find({ data: 'mine', split: 'dev', checkpoint: 'x' })).toMatchObject({
      folder: 'mine',
      split: 'dev',
      checkpoint: 'x',
    });
  });

  it('is the gallery if the index is empty', async () => {
    const config = { imageFeatureSize: drawnRegions.featureSize };
    const project = await smallProject({}, { config, features: featureIdentity(drawnRegions) });
    expect(await find({ checkpoint: project.model })).toMatchObject({
      folder: join(root, 'gallery'),
      split: 'test',
      checkpoint: project.model,
    });
    project.remove();
  });

  it('reports a missing model, or one for other features, before anything is drawn', async () => {
    await expect(find({ checkpoint: join(root, 'nothing') })).rejects.toMatchObject({
      code: 'file_missing',
      hint: expect.stringContaining('npm run train:gallery'),
    });
    const project = await smallProject({});
    await expect(find({ checkpoint: project.model })).rejects.toMatchObject({
      code: 'fingerprint_mismatch',
      message: expect.stringContaining('features of "drawn-regions" version 2'),
      hint: expect.stringContaining('npm run train:gallery'),
    });
    project.remove();
    expect(await errorCode(find({ split: 'testall' }))).toBe('argument_invalid');
  });

  it.each(['encoder', 'device'] as const)('refuses --%s without photographs', async (option) => {
    await expect(find({ [option]: 'cuda' })).rejects.toMatchObject({
      code: 'argument_invalid',
      message: expect.stringContaining(`--${option}`),
    });
  });

  it('is the gallery if the index holds it, for its image files even with --no-build', async () => {
    await indexOf('gallery', 'test', 'test/00000.webp');
    expect(await find({ build: false })).toMatchObject({ folder: join(root, 'gallery') });
  });

  it.each([
    ['flickr', 'test', 'test/00000.webp'],
    ['gallery', 'dev', 'dev/00000.webp'],
    ['gallery', 'test', '1000092795.jpg'],
  ])('does not change an index of other data: %s, %s, %s', async (name, split, image) => {
    await indexOf(name, split, image);
    expect(await find()).toBeUndefined();
  });

  it('is nothing with --no-build if the index is empty', async () => {
    expect(await find({ build: false })).toBeUndefined();
  });
});
