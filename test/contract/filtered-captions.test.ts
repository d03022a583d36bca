import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageCaptionsSchema, problemSchema } from '../../shared/schema/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { FIELDED_IMAGES, metadataOf, startFieldedServices } from '../support/fielded-services.ts';
import type { IndexServices } from '../support/index-services.ts';

/** Filters, and whether an image passes. */
const FILTERS: readonly (readonly [filter: string, passes: (id: number) => boolean])[] = [
  ['year>=2012', (id) => metadataOf(id).year >= 2012],
  ['NOT place:Rome', (id) => metadataOf(id).place !== 'Rome'],
  ['tag:"the sea" AND draft:false', (id) => id % 2 === 0 && !metadataOf(id).draft],
  ['weight<1 OR taken>=2018', (id) => metadataOf(id).weight < 1 || metadataOf(id).taken >= '2018'],
  ['place:Paris', () => false],
];
/** What the shortlist of the model holds. */
const SHORTLIST = 10;
const ids = Array.from({ length: FIELDED_IMAGES }, (_, id) => id);

describe('the captions of filtered images that fit an image', () => {
  let services: IndexServices;
  let edge: ReturnType<typeof edgeOver>;

  beforeAll(async () => {
    services = await startFieldedServices();
    edge = edgeOver({ rerank: services.rerank, qdrant: services.qdrant });
  });
  afterAll(() => services.close());

  const captionsOf = async (image: number, parameters: Record<string, string>) => {
    const response = await edge.request(`/v1/images/${image}/captions?${new URLSearchParams(parameters)}`);
    expect(response.status).toBe(200);
    return imageCaptionsSchema.parse(await response.json());
  };

  it('are of images that pass, as many as there are, with the scores that they have among all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...FILTERS),
        fc.nat({ max: FIELDED_IMAGES - 1 }),
        fc.integer({ min: 1, max: 100 }),
        async ([filter, passes], image, limit) => {
          const passing = ids.filter(passes);
          const answer = await captionsOf(image, { filter, limit: String(limit) });
          expect(answer.filtered).toEqual({ filter, images: passing.length });
          expect(answer.compared).toBe(Math.min(5 * passing.length, Math.max(SHORTLIST, limit)));
          expect(answer.captions).toHaveLength(Math.min(limit, answer.compared));
          const scores = answer.captions.map(({ scores: { gsmn } }) => gsmn);
          expect(scores).toEqual(scores.toSorted((a, b) => b - a));
          const all = new Map(
            (await captionsOf(image, { limit: '100' })).captions.map((one) => [one.id, one]),
          );
          for (const caption of answer.captions) {
            expect(passes(caption.image)).toBe(true);
            expect(all.get(caption.id) ?? caption).toEqual(caption);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are all of them, if they fit in the shortlist', async () => {
    for (const [filter, passes] of FILTERS) {
      const expected = ids.filter(passes).flatMap((id) => [0, 1, 2, 3, 4].map((at) => 5 * id + at));
      if (expected.length > 100) continue;
      const { captions } = await captionsOf(7, { filter, limit: '100' });
      expect(captions.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(expected);
    }
  });

  it.each([
    ['a field that is not declared', 'colour:red', /no field "colour"/],
    ['a field that is not public', 'owner:Ann', /no field "owner"/],
    ['a filter that cannot be read', 'year>=', /character/],
    ['a filter that is given twice', 'year:1&filter=year:2', /more than once/],
    ['a filter that is too long', 'x'.repeat(1001), /filter/],
  ])('are refused with %s', async (_, filter, detail) => {
    const response = await edge.request(`/v1/images/0/captions?filter=${filter}`);
    expect(response.status).toBe(400);
    expect(problemSchema.parse(await response.json()).detail).toMatch(detail);
  });
});
