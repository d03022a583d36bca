import { describe, expect, it } from 'vitest';
import { unknownWordsNote } from './unknown-words-note.ts';

describe('unknownWordsNote', () => {
  it('names unknown words, with suggestions', () => {
    const note = unknownWordsNote([
      { text: 'a', id: 4, known: true },
      { text: 'zebroid', id: 3, known: false },
      { text: 'gras', id: 3, known: false, suggestion: 'grass' },
    ]);
    expect(note).toBe('words that the model does not know: zebroid, gras (did you mean grass?)\n');
  });

  it('does not name known words', () => {
    expect(unknownWordsNote([{ text: 'a', id: 4, known: true }])).toBe('');
  });
});
