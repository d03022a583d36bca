import { describe, expect, it } from 'vitest';
import { unknownWordsNote } from './unknown-words-note.ts';

describe('unknownWordsNote', () => {
  it('names unknown words, and what they may mean', () => {
    const note = unknownWordsNote([
      { text: 'a', id: 4, known: true },
      { text: 'zebroid', id: 3, known: false },
      { text: 'gras', id: 3, known: false, suggestion: 'grass' },
    ]);
    expect(note).toBe('words that the model does not know: zebroid, gras (did you mean grass?)\n');
  });

  it('says nothing of known ones', () => {
    expect(unknownWordsNote([{ text: 'a', id: 4, known: true }])).toBe('');
  });
});
