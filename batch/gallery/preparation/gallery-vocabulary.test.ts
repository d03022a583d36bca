import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { galleryVocabulary } from './gallery-vocabulary.ts';

let root = '';
const [MODEL, OWN] = ['model/vocabulary.json', 'gallery/vocab.json'];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gsmn-vocabulary-'));
  mkdirSync(join(root, 'model'));
  mkdirSync(join(root, 'gallery'));
  write(MODEL, ['dog', 'cat'], 2);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, words: readonly string[], indent: number): void {
  const all = ['<pad>', '<start>', '<end>', '<unk>', ...words];
  const word2idx = Object.fromEntries(all.map((word, id) => [word, id]));
  writeFileSync(join(root, name), JSON.stringify({ word2idx }, undefined, indent));
}

const choose = () => galleryVocabulary(join(root, 'gallery'), 'test', join(root, 'model'));

describe('galleryVocabulary', () => {
  it("is the model's if the folder has none, or one that only this split uses", async () => {
    expect(await choose()).toBe(join(root, MODEL));
    write(OWN, ['cow', 'cat'], 0);
    writeFileSync(join(root, 'gallery/test_ims.npy'), '');
    expect(await choose()).toBe(join(root, MODEL));
  });

  it("is the folder's if it has the model's words, however the file is written", async () => {
    write(OWN, ['dog', 'cat'], 0);
    writeFileSync(join(root, 'gallery/train_ims.npy'), '');
    expect(await choose()).toBe(join(root, OWN));
  });

  it.each([[['cat', 'dog']], [['dog', 'cat', 'cow']]])(
    'does not change the vocabulary of other splits: %j',
    async (words) => {
      write(OWN, words, 0);
      writeFileSync(join(root, 'gallery/train_ims.npy'), '');
      expect(await errorCode(choose())).toBe('conflict');
    },
  );
});
