import { describe, expect, it } from 'vitest';
import { readingNote } from './reading-note.ts';

describe('readingNote', () => {
  it('names unknown words, with suggestions', () => {
    const note = readingNote({
      words: [
        { text: 'a', id: 4, known: true },
        { text: 'zebroid', id: 3, known: false },
        { text: 'gras', id: 3, known: false, suggestion: 'grass' },
      ],
    });
    expect(note).toBe('words that the model does not know: zebroid, gras (did you mean grass?)\n');
  });

  it('does not name known words, and nothing else that was searched as it is written', () => {
    expect(readingNote({ words: [{ text: 'a', id: 4, known: true }] })).toBe('');
  });

  it('says what was searched instead', () => {
    const note = readingNote({
      words: [
        { text: 'dogs', id: 4, known: false, as: 'dog', by: 'form' },
        { text: 'minus', id: 3, known: false, negated: true },
        { text: 'cats', id: 3, known: false, negated: true },
      ],
      understood: 'dog',
      without: ['cats'],
    });
    expect(note).toBe('searched as "dog", without "cats"\n');
  });

  it('names words that were replaced by others near in meaning', () => {
    const note = readingNote({
      words: [{ text: 'zebra', id: 4, known: false, as: 'horse', by: 'meaning' }],
      understood: 'horse',
    });
    expect(note).toBe('searched as "horse"\nzebra: searched as horse, which is near in meaning\n');
  });
});
