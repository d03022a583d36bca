import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import {
  type EncodeResponse,
  encodeRequestSchema,
  type ImagePayload,
  type PackedEvidence,
  type ParseResponse,
  parseRequestSchema,
  type RankResponse,
  rankRequestSchema,
} from '../../shared/schema/index.ts';
import { collapseAlike } from '../../shared/search/collapse-alike.ts';
import { drawing, SCENE_COUNT, scene, type Thing } from './scenes.ts';

const GENERATION = 'e2e0e2e0e2e0e2e0';
const THINGS: readonly string[] = ['sun', 'house', 'tree', 'ball'] satisfies Thing[];
const WORDS = ['a', 'the', 'over', 'and', 'beside', 'under', 'similar', 'slow', 'nothing', ...THINGS];

/** Unknown words, and their suggestions. */
const SPELLINGS: Readonly<Record<string, string>> = { hose: 'house', tre: 'tree' };

/** A score of 0 fits as often as not, unless words are unknown. */
const CURVE = { intercept: 0, score: 1, unknownShare: -5, anyUnknown: -0.5, growth: 0, weak: 0.9, none: 0.1 };
const CURVES = { short: CURVE, long: CURVE };
const RECALL = { ...CURVE, weak: 0, none: 0 };
const CALIBRATION = { images: 17, rerank: CURVES, recall: { short: RECALL, long: RECALL } };

/** A query with this word finds nothing. */
const FINDS_NOTHING = 'nothing';
/** For a query with this word the first scenes look alike, four each. */
const ALIKE = 'similar';
const groupOf = (id: number): string | undefined => (id < 12 ? `group ${id >> 2}` : undefined);
/** A query with this word gets a late answer. */
const SLOW = 'slow';
/** Longer than the edge worker waits for a ranking, and shorter than for an encoding. */
const SLOW_MS = 2200;

type Health = 'well' | 'down' | 'late';

export interface Upstreams {
  readonly url: string;
  /** The health of the services; a test changes it and restores it. */
  readonly health: { encode: Health; recall: Health; rerank: Health | 'held'; evidence: Health };
  close(): Promise<void>;
}

const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Rerank service, Qdrant and a folder of images in one server, as far as the edge worker uses them. */
export async function startUpstreams(): Promise<Upstreams> {
  const health: Upstreams['health'] = { encode: 'well', recall: 'well', rerank: 'well', evidence: 'well' };
  const app = new Hono();
  const ill = async (state: Health): Promise<boolean> => {
    if (state === 'late') await wait(SLOW_MS);
    return state === 'down';
  };

  app.post('/v1/encode', async (c) => {
    if (await ill(health.encode)) return c.text('down for the test', 502);
    const { query } = encodeRequestSchema.parse(await c.req.json());
    if (query.includes(SLOW)) await wait(SLOW_MS);
    return c.json(encoded(query));
  });

  app.post('/v1/parse', async (c) => {
    if (await ill(health.encode)) return c.text('down for the test', 502);
    const { query } = parseRequestSchema.parse(await c.req.json());
    return c.json(parsed(query));
  });

  app.post('/v1/rank', async (c) => {
    const { query, candidates, collapse, offset, limit } = rankRequestSchema.parse(await c.req.json());
    while (health.rerank === 'held') await wait(20);
    if (await ill(health.rerank)) return c.text('down for the test', 502);
    const asked = candidates === 'all' ? everyScene() : candidates;
    const words = typeof query === 'string' ? wordsOf(query) : 'words' in query ? query.words : [];
    const ranked = asked
      // Later images match better, so that the order differs from recall's.
      .map(([id, coarse]) => ({ id, gsmn: id / 10, coarse: coarse ?? 0, payload: payloadOf(id) }))
      .map((image) => ({ ...image, score: image.gsmn + image.coarse }))
      .sort((a, b) => b.score - a.score);
    const answer: RankResponse = {
      generation: GENERATION,
      active: GENERATION,
      backend: 'simd',
      compared: asked.length,
      best: ranked[0]?.score,
      images: collapseAlike(ranked, ({ id }) => (collapse ? groupOf(id) : undefined))
        .slice(offset, offset + limit)
        .map(({ alike, ...image }) => ({
          ...image,
          ...(alike ? { alike: { ...alike, images: [...alike.images] } } : {}),
          ...(health.evidence === 'well' ? { evidence: evidence(words, image.id) } : {}),
        })),
      // It is the reranker that drops late evidence.
      evidence: ({ well: 'complete', late: 'late', down: 'failed' } as const)[health.evidence],
      took: { match: 1, evidence: 1 },
    };
    return c.json(answer);
  });

  app.post('/collections/:name/points/query', async (c) => {
    if (await ill(health.recall)) return c.text('down for the test', 502);
    const { limit } = (await c.req.json()) as { limit: number };
    const count = c.req.param('name') === 'empty' ? 0 : Math.min(limit, SCENE_COUNT);
    const points = everyScene()
      .slice(0, count)
      .map(([id, score]) => ({ id, version: 0, score, payload: { metadata: { alike: groupOf(id) } } }));
    return c.json({ result: { points }, status: 'ok', time: 0 });
  });

  app.post('/collections/:name/points', async (c) => {
    if (await ill(health.recall)) return c.text('down for the test', 502);
    const { ids } = (await c.req.json()) as { ids: number[] };
    const result = ids.map((id) => ({ id, payload: payloadOf(id) }));
    return c.json({ result, status: 'ok', time: 0 });
  });

  app.get('/files/:name', (c) => {
    const id = Number(/^scene-(\d+)\.svg$/.exec(c.req.param('name'))?.[1] ?? Number.NaN);
    if (!(id < SCENE_COUNT)) return c.notFound();
    return c.body(drawing(id), 200, { 'content-type': 'image/svg+xml' });
  });

  return { ...(await listen(app)), health };
}

/** An app on a free port of this machine. */
export async function listen(app: Hono): Promise<{ readonly url: string; close(): Promise<void> }> {
  let server: Server | undefined;
  const port = await new Promise<number>((resolve) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
      resolve(info.port),
    ) as Server;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server?.close(() => done());
        server?.closeAllConnections();
      }),
  };
}

/** Every scene with its cosine, which falls from one scene to the next. */
function everyScene(): [id: number, coarse: number][] {
  return Array.from({ length: SCENE_COUNT }, (_, id) => [id, 0.9 - id / 100]);
}

function payloadOf(id: number): ImagePayload {
  const { caption, width, height } = scene(id);
  return {
    name: `scene-${id}.svg`,
    url: `/images/scene-${id}.svg`,
    width,
    height,
    captions: [caption, `Scene number ${id}`],
    metadata: { licence: 'CC0' },
  };
}

function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

function encoded(query: string): EncodeResponse {
  const words = wordsOf(query);
  return {
    generation: GENERATION,
    collection: words.includes(FINDS_NOTHING) ? 'empty' : 'scenes',
    images: SCENE_COUNT,
    ranking: { shortlist: 16, coarseWeight: 1, calibration: CALIBRATION },
    grouped: words.includes(ALIKE),
    coarse: [0.6, 0.8],
    words: words.map(lookedUp),
  };
}

function lookedUp(text: string): EncodeResponse['words'][number] {
  const index = WORDS.indexOf(text);
  if (index >= 0) return { text, id: 4 + index, known: true };
  const suggestion = SPELLINGS[text];
  return { text, id: 3, known: false, ...(suggestion === undefined ? {} : { suggestion }) };
}

/**
 * A tree by rule: a thing depends on the thing before it, any other word on the next thing, or on the last one if none
 * follows.
 */
function parsed(query: string): ParseResponse {
  const words = wordsOf(query);
  const isThing = (word: string) => THINGS.includes(SPELLINGS[word] ?? word);
  const things = words.flatMap((word, index) => (isThing(word) ? [index] : []));
  const root = things[0] ?? 0;
  const headOf = (index: number): number => {
    if (index === root) return -1;
    const before = things.findLast((thing) => thing < index);
    const after = things.find((thing) => thing > index);
    return (isThing(words[index] ?? '') ? before : (after ?? before)) ?? root;
  };
  const relation = (text: string) =>
    isThing(text) ? 'nmod' : text === 'a' || text === 'the' ? 'det' : text === 'and' ? 'cc' : 'case';
  return {
    generation: GENERATION,
    compared: !words.includes(SLOW),
    words: words.map((text, index) => ({
      ...lookedUp(text),
      head: 1 + headOf(index),
      relation: index === root ? 'root' : relation(text),
      tag: isThing(text) ? 'NN' : 'DT',
      universalTag: isThing(text) ? 'NOUN' : text === 'and' ? 'CCONJ' : 'DET',
    })),
    dependencies: [],
  };
}

/** A thing's name attends to the thing and a little to the others; any other word attends a little to everything. */
function evidence(words: readonly string[], id: number): PackedEvidence {
  const all = Object.entries(scene(id).boxes);
  return {
    words: words.map((word) => {
      const regions = all.map(([thing], region) => ({
        region,
        weight: word === thing ? 0.72 : THINGS.includes(word) ? 0.06 : 0.11,
      }));
      return [
        0.2,
        ...regions.sort((a, b) => b.weight - a.weight).flatMap(({ region, weight }) => [region, weight]),
      ];
    }),
    boxes: all.map(([, [x1, y1, x2, y2]], region) => [region, x1, y1, x2, y2]),
  };
}
