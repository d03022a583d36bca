import { describe, expect, it, vi } from 'vitest';
import type { CaptionEncoder } from '../model/index.ts';
import type { Parser } from '../parse/parser.ts';
import type { RecallTextEncoder } from '../retrieval/recall-encoder.ts';
import { SEARCH_LIMITS } from '../schema/index.ts';
import { parseVocabulary, readAsWritten } from '../text/index.ts';
import { LocalQueryEncoder, readQuery } from './local-query-encoder.ts';

const WORDS = ['<pad>', '<start>', '<end>', '<unk>', 'a', 'dog', 'runs', 'grass'];
const VOCABULARY = parseVocabulary(
  JSON.stringify({ word2idx: Object.fromEntries(WORDS.map((word, id) => [word, id])) }),
  'the vocabulary',
);
const RANKING = { shortlist: 5, coarseWeight: 0.5 };

/** Depends on the sum of the ids, and on the length of the text. */
const recall: RecallTextEncoder = {
  kind: 'sum',
  dimensions: 2,
  needs: ['ids', 'text'],
  encodeTexts: async (texts) =>
    texts.map(({ ids, text = '' }) =>
      Float32Array.of(
        ids.reduce((sum, id) => sum + id, 0),
        text.length,
      ),
    ),
};
/** Everything depends on the last word. */
const parser: Parser = {
  parse: async (sentences) =>
    sentences.map((words) => ({
      words,
      universalTags: words.map(() => 'X'),
      tags: words.map(() => 'X'),
      heads: words.map((_, index) => (index === words.length - 1 ? 0 : words.length)),
      relations: words.map(() => 'dep'),
    })),
};

const asked = (text: string, understand = true) => ({ text, understand });
const queryWords = (text: string) => readQuery(text, (query) => readAsWritten(query, VOCABULARY));

function queries({ cacheBytes = 10_000, parses = false, kept = false } = {}) {
  const encodeCaptions = vi.fn<CaptionEncoder['encodeCaptions']>(async (captions) =>
    captions.map((ids) => Float32Array.from(ids)),
  );
  const onQuery = vi.fn<(cached: boolean) => void>();
  const encoder = new LocalQueryEncoder(
    {
      generation: 'g',
      collection: 'images-g',
      images: 7,
      ranking: RANKING,
      grouped: true,
      vocabulary: VOCABULARY,
      encoder: { backend: 'numbers', encodeCaptions, dispose: async () => {} },
      recall,
      parser: parses ? parser : undefined,
    },
    { cacheBytes, kept, onQuery },
  );
  return { encodeCaptions, onQuery, encoder };
}

describe('an encoded query', () => {
  it('has what the model makes of its words, and names its generation', async () => {
    const { encoder } = queries();
    expect(encoder.backend).toBe('numbers');
    const common = {
      generation: 'g',
      collection: 'images-g',
      images: 7,
      ranking: RANKING,
      grouped: true,
      kept: false,
    };
    const [a, dog] = [
      { text: 'a', id: 4, known: true },
      { text: 'dog', id: 5, known: true },
    ];
    expect(await encoder.encode(asked('A dog runz', false))).toEqual({
      ...common,
      ...asked('A dog runz', false),
      words: [a, dog, { text: 'runz', id: 3, known: false, suggestion: 'runs' }],
      searched: ['a', 'dog', 'runz'],
      coarse: Float32Array.of(1 + 4 + 5 + 3 + 2, 10),
      caption: { words: Float32Array.of(1, 4, 5, 3, 2), dependencies: undefined },
    });
    expect(await encoder.encode(asked('A dog runz!'))).toEqual({
      ...common,
      ...asked('A dog runz!'),
      words: [a, dog, { text: 'runz', id: 6, known: false, as: 'runs', by: 'spelling' }],
      searched: ['a', 'dog', 'runz'],
      understood: 'a dog runs',
      coarse: Float32Array.of(1 + 4 + 5 + 6 + 2, 10),
      caption: { words: Float32Array.of(1, 4, 5, 6, 2), dependencies: undefined },
    });
  });

  it('is turned away from what it denies', async () => {
    const { encoder } = queries();
    const query = await encoder.encode(asked('a dog without grass'));
    expect(query).toMatchObject({ searched: ['a', 'dog'], understood: 'a dog', without: ['grass'] });
    expect(query.caption.words).toEqual(Float32Array.of(1, 4, 5, 2));
    // [12, 5] of "a dog" less half of [10, 5] of "grass".
    const length = Math.hypot(7, 2.5);
    expect(query.coarse).toEqual(Float32Array.of(7 / length, 2.5 / length));
  });

  it('has its parse if the model compares parses', async () => {
    const { caption } = await queries({ parses: true }).encoder.encode(asked('a dog runs'));
    expect(caption.dependencies).toEqual([
      [0, 3],
      [3, 1],
      [3, 2],
    ]);
  });

  it('reports that its model was kept', async () => {
    expect((await queries({ kept: true }).encoder.encode(asked('a dog'))).kept).toBe(true);
  });

  it.each([
    ['', 'query_empty'],
    [' \t\n ', 'query_empty'],
    ['a'.repeat(SEARCH_LIMITS.queryCharacters + 1), 'query_too_long'],
    ['a '.repeat(SEARCH_LIMITS.queryWords + 1), 'query_too_long'],
    ['without a dog', 'query_empty'],
    ['\u00ad!?', 'query_empty'],
  ])('is refused for "%.20s"', async (text, code) => {
    const { encoder, encodeCaptions } = queries();
    await expect(encoder.encode(asked(text))).rejects.toMatchObject({ code });
    expect(encodeCaptions).not.toHaveBeenCalled();
  });

  it('may have as many characters as people count', () => {
    expect(queryWords(`a ${'🐕'.repeat(SEARCH_LIMITS.queryCharacters - 2)}`).words).toHaveLength(1);
    expect(() => queryWords('🐕'.repeat(SEARCH_LIMITS.queryCharacters + 1))).toThrow('501 char');
  });

  it('may have as many words as the matchers support', () => {
    const { words, ids } = queryWords('a '.repeat(SEARCH_LIMITS.queryWords));
    expect([words.length, ids.length]).toEqual([62, 64]);
  });
});

describe('the memory of encoded queries', () => {
  it('returns the same the second time, and reports it', async () => {
    const { encoder, encodeCaptions, onQuery } = queries();
    const first = await encoder.encode(asked('a dog'));
    expect(await encoder.encode(asked('a dog'))).toEqual(first);
    expect(encodeCaptions).toHaveBeenCalledTimes(1);
    expect(onQuery.mock.calls.flat()).toEqual([false, true]);
    expect(encoder.cachedBytes).toBeGreaterThanOrEqual(4 * 4 + 2 * 4);
  });

  it('tells queries of the same words apart as they are written, because a recall encoder may read the text', async () => {
    const { encoder } = queries();
    const [one, other] = [
      await encoder.encode(asked('a dog', false)),
      await encoder.encode(asked('A  dog', false)),
    ];
    expect([one.coarse[1], other.coarse[1]]).toEqual([5, 6]);
  });

  it('follows what was understood', async () => {
    const { encoder, encodeCaptions } = queries();
    const one = await encoder.encode(asked('a dog'));
    const other = await encoder.encode(asked('  A\u00ad dogs!'));
    expect([other.coarse, other.caption]).toEqual([one.coarse, one.caption]);
    expect([one.understood, other.understood]).toEqual([undefined, 'a dog']);
    await encoder.encode(asked('a dog without grass'));
    expect(encodeCaptions.mock.calls.map(([captions]) => captions.length)).toEqual([1, 2]);
  });

  it('encodes a query once if it is requested twice at the same time', async () => {
    const { encoder, encodeCaptions, onQuery } = queries();
    const [one, other] = await Promise.all([encoder.encode(asked('a dog')), encoder.encode(asked('a dog'))]);
    expect(other.coarse).toBe(one.coarse);
    expect(encodeCaptions).toHaveBeenCalledTimes(1);
    expect(onQuery.mock.calls.flat()).toEqual([false, true]);
  });

  it('does not keep a failure', async () => {
    const { encoder, encodeCaptions } = queries();
    encodeCaptions.mockRejectedValueOnce(new Error('broken'));
    await expect(Promise.all([encoder.encode(asked('a')), encoder.encode(asked('a'))])).rejects.toThrow(
      'broken',
    );
    expect((await encoder.encode(asked('a'))).text).toBe('a');
    expect(encodeCaptions).toHaveBeenCalledTimes(2);
  });

  it('holds at most its size, or nothing', async () => {
    const none = queries({ cacheBytes: 0 });
    await none.encoder.encode(asked('a'));
    await none.encoder.encode(asked('a'));
    expect(none.onQuery.mock.calls.flat()).toEqual([false, false]);
    expect(none.encoder.cachedBytes).toBe(0);
    const some = queries({ cacheBytes: 300 });
    for (const text of ['a', 'dog', 'runs', 'grass', 'a dog']) await some.encoder.encode(asked(text));
    expect(some.encoder.cachedBytes).toBeLessThanOrEqual(300);
    expect(some.encoder.cachedBytes).toBeGreaterThan(0);
  });
});
