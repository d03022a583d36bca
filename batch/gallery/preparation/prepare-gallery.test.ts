import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MODEL_FILES } from '../../../shared/generation/index.ts';
import { errorCode } from '../../../test/support/error-code.ts';
import { type Report, silentReport } from '../../report.ts';
import { prepareGallery } from './prepare-gallery.ts';

let root = '';
let said: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gsmn-prepare-'));
  said = [];
  mkdirSync(join(root, 'model'));
  const word2idx = { '<pad>': 0, '<start>': 1, '<end>': 2, '<unk>': 3, a: 4, dog: 5 };
  writeFileSync(join(root, 'model', MODEL_FILES.vocabulary), JSON.stringify({ word2idx }));
});
afterEach(() => rmSync(root, { recursive: true }));

const report: Report = { ...silentReport, say: (line) => said.push(line) };
const prepare = () =>
  prepareGallery({
    folder: join(root, 'gallery'),
    split: 'train',
    model: join(root, 'model'),
    count: 80,
    report,
  });
const read = (name: string) => readFileSync(join(root, 'gallery', name), 'utf8');

describe('prepareGallery', () => {
  it('draws images with sentences to try, which are captions of twins, and finds them again', async () => {
    await prepare();
    expect(said).toEqual([expect.stringContaining('drawing the built-in gallery')]);
    expect(readdirSync(join(root, 'gallery/images/train'))).toHaveLength(80);
    expect(read('about.txt')).toContain('80 drawn images');

    const captions = read('train_caps.txt').split('\n');
    const groups = read('examples.txt').trimEnd().split('\n\n');
    expect(groups.length).toBeGreaterThanOrEqual(2);
    for (const group of groups) {
      const sentences = group.split('\n');
      expect(sentences).toHaveLength(2);
      const rows = sentences.map((text) => Math.floor(captions.indexOf(`${text} .`) / 5));
      expect(rows[1]).toBe((rows[0] ?? 0) + 1);
    }

    const made = statSync(join(root, 'gallery/examples.txt')).mtimeMs;
    await prepare();
    expect(said).toHaveLength(1);
    expect(statSync(join(root, 'gallery/examples.txt')).mtimeMs).toBe(made);
    const examples = read('examples.txt');
    rmSync(join(root, 'gallery/examples.txt'));
    await prepare();
    expect(read('examples.txt')).toBe(examples);
  });

  it('never writes to a folder with other data', async () => {
    mkdirSync(join(root, 'gallery'));
    writeFileSync(join(root, 'gallery/test_ims.npy'), 'mine');
    expect(await errorCode(prepare())).toBe('conflict');
    expect(readdirSync(join(root, 'gallery'))).toEqual(['test_ims.npy']);
    expect(said).toEqual([]);
  });
});
