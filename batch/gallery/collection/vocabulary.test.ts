import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { captionIdLine, captionVocabulary, readVocabulary } from './vocabulary.ts';

const captions = Array.from({ length: 4 }, () => 'A red dog runs .').concat('A cat runs .');

describe('captionVocabulary', () => {
  it('has the special words, then those that occur four times, in the order in which they come', async () => {
    const { vocabulary } = await captionVocabulary(captions);
    const words = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id));
    expect(words).toEqual(['<pad>', '<start>', '<end>', '<unk>', 'a', 'red', 'dog', 'runs', '.']);
  });

  it('writes captions as ids from <start> to <end>, rare words as <unk>', async () => {
    const { vocabulary } = await captionVocabulary(captions);
    expect(captionIdLine('A cat runs .', vocabulary)).toBe('1,4,3,7,8,2');
  });
});

describe('readVocabulary', () => {
  it('reads what was written, and says what is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gsmn-gallery-'));
    try {
      const { text, vocabulary } = await captionVocabulary(captions);
      writeFileSync(join(folder, 'vocab.json'), text);
      const read = await readVocabulary(join(folder, 'vocab.json'));
      expect(read.text).toBe(text);
      expect(read.vocabulary.size).toBe(vocabulary.size);
      expect(await errorCode(readVocabulary(join(folder, 'none.json')))).toBe('file_missing');
      expect(await errorCode(readVocabulary(folder))).toBe('file_unreadable');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
