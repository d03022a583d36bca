import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { createTfjsEncoder } from '../../shared/gsmn/index.ts';
import { plainPair } from '../../shared/match/reference/index.ts';
import type { Dependencies } from '../../shared/model/index.ts';
import { captionDependencies, isTree } from '../../shared/parse/index.ts';
import { parserOf } from '../../shared/platform/parse/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import {
  parseResponseSchema,
  rankAllResponseSchema,
  rerankResponseSchema,
} from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';

const QUERY = 'A dog runs on the grass with a man.';
const IDS = [4, 0, 6, 2];

/** A model that compares parses, with a temperature at which single edges show. */
const SPARSE = { sparse: true, propagation: 'neighbours', softmaxTemperature: 2 } as const;

/** What plain GSMN says of the query and images, with a parse or without one. */
async function plainScores({ model, images, vocabulary }: TestService['tiny'], dependencies?: Dependencies) {
  await loadTfjsBackend('wasm');
  const encoder = createTfjsEncoder('wasm', model.config, model.parameters);
  const [words = new Float32Array()] = await encoder.encodeCaptions([encodeQuery(QUERY, vocabulary).ids]);
  await encoder.dispose();
  return images.map((image) => {
    const { imageToText, textToImage } = plainPair(model.config, model.parameters, image, {
      words,
      dependencies,
    });
    return { imageToText, textToImage };
  });
}

describe('queries of a model that compares parses', () => {
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

  it('are parsed by the parser of the generation', async () => {
    const response = await service.post('/v1/rerank', {
      query: QUERY,
      generation: service.tiny.id,
      ids: IDS,
      evidenceIds: [6],
    });
    expect(response.status).toBe(200);
    const { scores } = rerankResponseSchema.parse(await response.json());
    for (const [index, { imageToText, textToImage }] of scores.entries()) {
      const own = expected[IDS[index] as number];
      expect(imageToText).toBeCloseTo(own?.imageToText ?? NaN, 5);
      expect(textToImage).toBeCloseTo(own?.textToImage ?? NaN, 5);
    }
  });

  it('are parsed for an exhaustive ranking too', async () => {
    const response = await service.post('/v1/rank-all', {
      query: QUERY,
      generation: service.tiny.id,
      limit: 7,
    });
    const { images } = rankAllResponseSchema.parse(await response.json());
    expect(images).toHaveLength(7);
    for (const { id, score } of images) {
      const own = expected[id];
      expect(score).toBeCloseTo((own?.imageToText ?? NaN) + (own?.textToImage ?? NaN), 5);
    }
  });

  it('would score differently without a parse', async () => {
    const without = await plainScores(service.tiny);
    const difference = Math.max(
      ...expected.map((own, id) => Math.abs(own.textToImage - (without[id]?.textToImage ?? NaN))),
    );
    expect(difference).toBeGreaterThan(1e-3);
  });

  it('show their graph, and that scores depend on it', async () => {
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
