import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../shared/platform/parse/index.ts';
import { parseVocabulary } from '../../shared/text/index.ts';
import { KINDS, measureQueries, type TypedQuery, typedQueries } from './typed-queries.ts';

const WORDS = ['<pad>', '<start>', '<end>', '<unk>', 'a', 'horse', 'ball', 'with', 'runs', '.'];
const vocabulary = parseVocabulary(
  JSON.stringify({ word2idx: Object.fromEntries(WORDS.map((word, id) => [word, id])) }),
  'test',
);
/** Images 0 to 19 show a horse with a ball, 20 to 44 a horse, the last five a zebra. */
const captions = Array.from({ length: 50 }, (_, image) => [
  image < 20 ? 'a horse runs with a ball .' : image < 45 ? 'a horse runs .' : 'a zebra runs .',
  'a horse .',
]).map((own, image) => (image < 45 ? own : own.slice(0, 1)));
const SEED = 3;

describe('queries as people type them', () => {
  let queries: TypedQuery[] = [];
  beforeAll(async () => {
    queries = await typedQueries(captions, await loadParser(), vocabulary, SEED);
  });
  const texts = (kind: TypedQuery['kind']) =>
    queries.flatMap((query) => (query.kind === kind ? [query.text] : []));

  it('are made of the nouns that the model knows', () => {
    expect(texts('noun').sort()).toEqual(['ball', 'horse']);
    expect(texts('plural').sort()).toEqual(['balls', 'horses']);
    expect(texts('mark').every((text) => /^(?:ball|horse)[!?]$/.test(text))).toBe(true);
    expect(texts('without')).toEqual(['a horse without a ball']);
  });

  it(`have typing errors that the model does not know (seed ${SEED})`, () => {
    const errors = texts('typing error');
    expect(errors).toHaveLength(2);
    for (const error of errors) expect(WORDS).not.toContain(error);
    expect(errors.map((error) => error.charAt(0)).sort()).toEqual(['b', 'h']);
  });

  it('know which images have them in a caption', () => {
    const found = (kind: TypedQuery['kind'], text: string) =>
      queries.find((query) => query.kind === kind && query.text === text);
    expect(found('noun', 'ball')?.relevant).toEqual(new Set(Array.from({ length: 20 }, (_, image) => image)));
    expect(found('plural', 'horses')?.relevant.size).toBe(45);
    const without = found('without', 'a horse without a ball');
    expect([without?.relevant.size, without?.relevant.has(20), without?.denied?.has(0)]).toEqual([
      25,
      true,
      true,
    ]);
  });

  it('are made of the phrases of captions whose words the model knows', () => {
    expect(texts('noun verb')).toEqual(['horse runs']);
    expect(texts('noun relation noun')).toEqual(['horse runs with ball']);
    const related = queries.find(({ kind }) => kind === 'noun relation noun');
    expect(related?.relevant).toEqual(new Set(Array.from({ length: 20 }, (_, image) => image)));
  });

  it('are measured by the first ten images', async () => {
    const figures = await measureQueries(queries, async (text) =>
      Array.from({ length: 10 }, (_, place) => (text.includes('without') ? 17 + place : 40 + place)),
    );
    expect([...figures.keys()]).toEqual([...KINDS]);
    // 40 to 44 have a horse, none has a ball.
    expect(figures.get('noun')).toEqual({ queries: 2, precision10: 0.25, precision1: 0.5, denied10: 0 });
    expect(figures.get('without')).toEqual({ queries: 1, precision10: 0.7, precision1: 0, denied10: 0.3 });
  });
});
