import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../shared/errors/index.ts';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { isTree, type Parser, writeParser } from '../../shared/parse/index.ts';
import { parserOf } from '../../shared/platform/parse/index.ts';
import { parseResponseSchema, problemSchema, SEARCH_LIMITS } from '../../shared/schema/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { seededRandom } from '../support/random.ts';
import { randomParser, smallParserConfig } from '../support/random-parser.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';
import type { TinyOptions } from '../support/tiny-generation.ts';

const SEED = 20261127;
const QUERY = 'A dog runz on the gras.';
const WORDS = ['a', 'dog', 'runz', 'on', 'the', 'gras', '.'];

/** Replaces the built-in parser, which is not tested here. */
const shipped = vi.fn<() => Promise<Parser>>();
const startWith = (tiny: TinyOptions) => startTestService({ tiny, shippedParser: shipped });

/** Random trees, from another parser for each seed. */
function smallParser(seed: number): Promise<Parser> {
  return parserOf(bytesSource('parser', writeParser(randomParser(seededRandom(seed), smallParserConfig()))));
}

/** Requests a parse from the edge worker with a rerank service; this needs no database. */
function askEdge({ server }: TestService, query: string) {
  const edge = edgeOver({ rerank: server.url, qdrant: server.url });
  return edge.request(`/v1/parse?${new URLSearchParams({ q: query })}`);
}

async function graphOf(service: TestService, query = QUERY) {
  const response = await askEdge(service, query);
  expect(response.status).toBe(200);
  return parseResponseSchema.parse(await response.json());
}

afterEach(() => shipped.mockReset());

describe(`the parse of a query from the services (seed ${SEED})`, () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startWith({ seed: SEED });
  });
  afterAll(() => service.close());

  it('comes from the built-in parser if no score depends on it', async () => {
    const parser = await smallParser(SEED);
    shipped.mockResolvedValue(parser);
    const [tree] = await parser.parse([WORDS]);
    const { generation, compared, words, dependencies } = await graphOf(service);
    expect({ generation, compared }).toEqual({ generation: service.tiny.id, compared: false });
    expect(words.map(({ text }) => text)).toEqual(WORDS);
    expect(words.map(({ head }) => head)).toEqual(tree?.heads);
    expect(words.map(({ relation }) => relation)).toEqual(tree?.relations);
    expect(words.map(({ tag }) => tag)).toEqual(tree?.tags);
    expect(words.map(({ universalTag }) => universalTag)).toEqual(tree?.universalTags);
    expect(dependencies).toHaveLength(WORDS.length);
    expect(dependencies[0]?.[0]).toBe(0);
  });

  it('marks unknown words, with suggestions', async () => {
    shipped.mockResolvedValue(await smallParser(SEED));
    const { words } = await graphOf(service);
    expect(words.filter(({ known }) => !known).map(({ text, suggestion }) => [text, suggestion])).toEqual([
      ['runz', 'runs'],
      ['the', undefined],
      ['gras', 'grass'],
    ]);
  });

  it('is a tree for every query, also for the longest', async () => {
    shipped.mockResolvedValue(await smallParser(SEED));
    for (const length of [1, 2, 3, 50, SEARCH_LIMITS.queryWords]) {
      const { words } = await graphOf(
        service,
        Array.from({ length }, (_, word) => 'adog'[word % 4]).join(' '),
      );
      expect(words).toHaveLength(length);
      expect(isTree(words.map(({ head }) => head))).toBe(true);
    }
  });

  it('is a problem while the parser’s file is missing, and is available afterwards', async () => {
    shipped.mockRejectedValue(new AppError('file_missing', '/srv/model/parser.safetensors is not there'));
    const fresh = await startWith({ seed: SEED + 1 });
    try {
      const response = await askEdge(fresh, 'a dog');
      expect(response.status).toBe(503);
      const text = await response.text();
      expect(problemSchema.parse(JSON.parse(text)).code).toBe('encode_unavailable');
      expect(text).not.toContain('/srv');
      shipped.mockResolvedValue(await smallParser(SEED));
      expect((await graphOf(fresh)).words).toHaveLength(WORDS.length);
    } finally {
      await fresh.close();
    }
  });
});

describe('the parse of a query with a model that compares parses', () => {
  it('comes from the model’s own parser', async () => {
    const service = await startWith({ seed: SEED + 2, config: { sparse: true, propagation: 'neighbours' } });
    try {
      const own = await parserOf(bytesSource('parser', service.tiny.model.parser ?? new Uint8Array()));
      const [tree] = await own.parse([WORDS]);
      const { compared, words } = await graphOf(service);
      expect(compared).toBe(true);
      expect(words.map(({ head }) => head)).toEqual(tree?.heads);
      expect(shipped).not.toHaveBeenCalled();
    } finally {
      await service.close();
    }
  });
});
