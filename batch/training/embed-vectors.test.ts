import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseVocabulary } from '../../shared/text/index.ts';
import { embedVectors } from './embed-vectors.ts';

const WORDS = ['<pad>', '<start>', '<end>', '<unk>', 'dog', 'zzyzx'];

describe('embedVectors', () => {
  let folder = '';
  let path = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vectors-'));
    path = join(folder, 'vectors.json');
    const vectors = { dog: [3, 4, 0.5], cat: [1, 2, 0.1] };
    writeFileSync(path, JSON.stringify({ dimensions: 2, words: ['cat', 'dog'], vectors }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const vocabulary = parseVocabulary(
    JSON.stringify({ word2idx: Object.fromEntries(WORDS.map((word, id) => [word, id])) }),
    'vocab.json',
  );
  const embeddings = (size: number) =>
    new Map([
      ['text_encoder.embed.weight', { shape: [6, size], data: new Float32Array(6 * size).fill(0.1) }],
      ['other', { shape: [1], data: Float32Array.of(7) }],
    ]);

  it('gives words of the file their vector, scaled to unit length, and leaves everything else', async () => {
    const drawn = embeddings(2);
    const found = await embedVectors(drawn, vocabulary, path);
    const rows = [...(found.get('text_encoder.embed.weight')?.data ?? [])];
    const plain = Math.fround(0.1);
    expect(rows).toEqual([...Array(8).fill(plain), Math.fround(0.6), Math.fround(0.8), plain, plain]);
    expect(found.get('other')).toBe(drawn.get('other'));
    expect(drawn.get('text_encoder.embed.weight')?.data.every((value) => value === plain)).toBe(true);
  });

  it('refuses embeddings of another size, and names the option', async () => {
    await expect(embedVectors(embeddings(3), vocabulary, path)).rejects.toMatchObject({
      code: 'argument_invalid',
      hint: expect.stringContaining('--word_dim 2'),
    });
  });
});
