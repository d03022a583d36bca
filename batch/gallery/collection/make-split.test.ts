import { describe, expect, it } from 'vitest';
import { captionIdLines, encodeCaptions } from '../../vocabulary/encode-captions.ts';
import { captionVocabulary } from './make-split.ts';

const captions = Array.from({ length: 4 }, () => 'A red dog runs .').concat('A cat runs .');

describe('captionVocabulary', () => {
  it('has the special words, then those that occur four times, in order of first occurrence', async () => {
    const { vocabulary } = await captionVocabulary(captions);
    const words = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id));
    expect(words).toEqual(['<pad>', '<start>', '<end>', '<unk>', 'a', 'red', 'dog', 'runs', '.']);
  });

  it('writes rare words as <unk>', async () => {
    const { vocabulary } = await captionVocabulary(captions);
    expect(captionIdLines(encodeCaptions(['A cat runs .'], vocabulary))).toBe('1,4,3,7,8,2\n');
  });
});
