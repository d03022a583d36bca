import { beforeAll, describe, expect, it } from 'vitest';
import type { Parser } from '../../shared/parse/index.ts';
import { loadParser } from '../../shared/platform/parse/index.ts';
import { tokenise } from '../../shared/text/index.ts';
import { phrasesOf } from './caption-phrases.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await loadParser();
});

async function phrases(caption: string): Promise<Record<string, string[]>> {
  const [tree] = await parser.parse([tokenise(caption)]);
  const found: Record<string, string[]> = {};
  for (const { kind, words } of tree === undefined ? [] : phrasesOf(tree)) {
    found[kind] = [...(found[kind] ?? []), words.join(' ')];
  }
  return found;
}

describe('phrasesOf', () => {
  it('finds nouns, what describes them, and who does what to whom', async () => {
    expect(await phrases('An orange cat follows a brown rabbit .')).toEqual({
      noun: ['cat', 'rabbit'],
      'adjective noun': ['orange cat', 'brown rabbit'],
      'noun verb': ['cat follows'],
      'noun relation noun': ['cat follows rabbit'],
      'verb noun': ['follows rabbit'],
    });
  });

  it('finds nouns that a preposition relates, also over a form of "to be"', async () => {
    expect((await phrases('A woman in a red shirt .'))['noun relation noun']).toEqual(['woman in shirt']);
    expect((await phrases('A book is to the left of a car .'))['noun relation noun']).toEqual([
      'book to the left of car',
    ]);
  });

  it('takes compounds as a whole and by their last noun', async () => {
    const { noun, 'noun relation noun': related } = await phrases(
      'A kid sits on a couch with a teddy bear .',
    );
    expect(noun).toEqual(['kid', 'couch', 'teddy bear', 'bear']);
    expect(related).toEqual(['kid sits on couch']);
  });

  it('says where articles may stand', async () => {
    const [tree] = await parser.parse([tokenise('An orange cat follows a brown rabbit .')]);
    const related = tree && phrasesOf(tree).find(({ kind }) => kind === 'noun relation noun');
    expect(related?.nouns).toEqual([0, 2]);
  });
});
