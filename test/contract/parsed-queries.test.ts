import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { createTfjsEncoder } from '../../shared/gsmn/index.ts';
import { plainPair } from '../../shared/match/reference/index.ts';
import type { Dependencies } from '../../shared/model/index.ts';
import { captionDependencies, isTree } from '../../shared/parse/index.ts';
import { parserOf } from '../../shared/platform/parse/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { parseResponseSchema, rankResponseSchema } from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';

const QUERY = 'A dog runs on the grass with a man.';
const IDS = [4, 0, 6, 2];

/** A model that compares parses, with a temperature at which single edges have an effect. */
const SPARSE = { sparse: true, propagation: 'neighbours', softmaxTemperature: 2 } as const;

/** The scores of plain GSMN for the query and images, with a parse or without one. */
async function plainScores({ model, images, vocabulary }: TestService['tiny'], dependencies?: Dependencies) {
  await loadTfjsBackend('wasm');
  const encoder = createTfjsEncoder('wasm', model.config, model.parameters);
  const [words = new Float32Array()] = await encoder.encodeCaptions([encodeQuery(QUERY, vocabulary).ids]);
  await encoder.dispose();
  return images.map((image) => {
    const pair = plainPair(model.config, model.parameters, image, { words, dependencies });
    return pair.imageToText + pair.textToImage;
  });
}

describe('queries with a model that compares parses', () => {
  let service: TestService;
  let expected: Awaited<ReturnType<typeof plainScores>>;
  let dependencies: Dependencies;

  beforeAll(async () => {
    service = await startTestService({ tiny: { config: SPARSE, seed: 5 } });
    const { model, vocabulary } = service.tiny;
    const parser = await parserOf(bytesSource('parser', model.parser ?? new Uint8Array()));
    const { words } = encodeQuery(QUERY, vocabulary);
    const [tree] = await parser.parse([words.map(({ text }) => text)]);
    dependencies = captionDependencies(tree ?? { heads: [] });
    expected = await plainScores(service.tiny, dependencies);
  });
  afterAll(() => service.close());

  async function rank(request: object) {
    const response = await service.post('/v1/rank', {
      query: QUERY,
      generation: service.tiny.id,
      limit: 7,
      ...request,
    });
    expect(response.status).toBe(200);
    return rankResponseSchema.parse(await response.json()).images;
  }

  it.each([
    ['a shortlist', IDS.map((id) => [id, 0.5]), IDS.length],
    ['every image', 'all', 7],
  ])("are parsed with the generation's parser for %s", async (_, candidates, count) => {
    const images = await rank({ candidates });
    expect(images).toHaveLength(count);
    for (const { id, gsmn } of images) expect(gsmn).toBeCloseTo(expected[id] ?? Number.NaN, 5);
  });

  it('are ranked with the parse that the request contains', async () => {
    const { model, vocabulary, recall } = service.tiny;
    const { words, ids } = encodeQuery(QUERY, vocabulary);
    const encoder = createTfjsEncoder('wasm', model.config, model.parameters);
    const [nodes = new Float32Array()] = await encoder.encodeCaptions([ids]);
    await encoder.dispose();
    const [coarse = new Float32Array()] = await recall.encodeTexts([{ text: QUERY, ids, words: nodes }]);
    const base64 = (values: Float32Array) => Buffer.from(values.buffer).toString('base64');
    const query = {
      words: words.map(({ text }) => text),
      nodes: base64(nodes),
      coarse: base64(coarse),
    };
    for (const candidates of ['all', IDS.map((id) => [id, 0.5])]) {
      const ranked = await rank({ candidates });
      expect(await rank({ candidates, query: { ...query, dependencies } })).toEqual(ranked);
      // Another parse gives other scores.
      const chain = words.map((__, index) => [index, index + 1]);
      expect(await rank({ candidates, query: { ...query, dependencies: chain } })).not.toEqual(ranked);
    }
  });

  it('have other scores without a parse', async () => {
    const without = await plainScores(service.tiny);
    const difference = Math.max(...expected.map((own, id) => Math.abs(own - (without[id] ?? Number.NaN))));
    expect(difference).toBeGreaterThan(1e-3);
  });

  it('show their parse, and that scores depend on it', async () => {
    const response = await service.post('/v1/parse', { query: QUERY });
    expect(response.status).toBe(200);
    const answer = parseResponseSchema.parse(await response.json());
    expect(answer).toMatchObject({ generation: service.tiny.id, compared: true, dependencies });
    expect(isTree(answer.words.map(({ head }) => head))).toBe(true);
    expect(answer.words.map(({ text }) => text)).toEqual([
      'a',
      'dog',
      'runs',
      'on',
      'the',
      'grass',
      'with',
      'a',
      'man',
      '.',
    ]);
  });
});
