import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../errors/index.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import type { ImagePayload } from '../schema/index.ts';
import type { Candidate } from './ports.ts';
import { type ImageSearchParts, searchByImage } from './search-by-image.ts';

const payload = (id: number): ImagePayload => ({ name: `${id}.jpg`, width: 4, height: 3, captions: [] });

/** Six images; 0 and 2 look alike, and so do 1, 3 and 4. */
const FOUND: readonly Candidate[] = [0, 1, 2, 3, 4, 5].map((id) => ({
  id,
  coarse: 1 - id / 10,
  group: [0, 2].includes(id) ? 'a' : id === 5 ? undefined : 'b',
}));

function parts(changes: Partial<ImageSearchParts> = {}) {
  let generation = 0;
  const encode = vi.fn(async () => ({
    generation: String(++generation),
    collection: `images-${generation}`,
    images: 6,
    grouped: true,
    coarse: Float32Array.of(1, 0),
  }));
  const nearest = vi.fn<ImageSearchParts['recall']['nearest']>(async ({ grouped }, limit) =>
    FOUND.slice(0, limit).map(({ group, ...image }) => (grouped ? { ...image, group } : image)),
  );
  const all = {
    encode,
    recall: { nearest },
    payloads: { read: async (_images, ids) => new Map(ids.map((id) => [id, payload(id)])) },
    fields: { count: async () => 6 },
    visible: 'public',
    ...changes,
  } satisfies ImageSearchParts;
  return { all, encode, nearest };
}

const REQUEST = { limit: 2, collapse: true };

describe('searchByImage', () => {
  it('lists the nearest images, those alike as one', async () => {
    const { all } = parts();
    const { images, total } = await searchByImage(REQUEST, all, {});
    expect(total).toBe(6);
    expect(images.map(({ id, score, alike }) => [id, score, alike?.images.map((other) => other.id)])).toEqual(
      [
        [0, 1, [2]],
        [1, 0.9, [3, 4]],
      ],
    );
    const apart = await searchByImage({ ...REQUEST, collapse: false }, all, {});
    expect(apart.images.map(({ id, alike }) => [id, alike])).toEqual([
      [0, undefined],
      [1, undefined],
    ]);
  });

  it('looks further while images alike do not fill the list', async () => {
    const { all, encode, nearest } = parts();
    encode.mockImplementation(async () => ({
      generation: '1',
      collection: 'images-1',
      images: 300,
      grouped: true,
      coarse: Float32Array.of(1, 0),
    }));
    nearest.mockImplementation(async (_query, limit) =>
      Array.from({ length: limit }, (_, id) => ({
        id,
        coarse: 1 - id / 1000,
        group: id < 150 ? 'a' : undefined,
      })),
    );
    const { images } = await searchByImage({ limit: 3, collapse: true }, all, {});
    expect(images.map(({ id }) => id)).toEqual([0, 150, 151]);
    expect(images[0]?.alike?.count).toBe(149);
    expect(images[0]?.alike?.images).toHaveLength(20);
    expect(nearest.mock.calls.map(([, limit]) => limit)).toEqual([100, 200]);
  });

  it.each([
    ['the collection of its generation is gone', 'not_found', 'nearest'],
    ['the generation is', 'generation_stale', 'encode'],
  ] as const)('encodes again, once, if %s', async (_, code, where) => {
    const { all, encode, nearest } = parts();
    const gone = new AppError(code, 'gone');
    (where === 'encode' ? encode : nearest).mockRejectedValueOnce(gone);
    const { generation } = await searchByImage(REQUEST, all, {});
    expect(encode).toHaveBeenCalledTimes(2);
    expect(generation).toBe(where === 'encode' ? '1' : '2');
    (where === 'encode' ? encode : nearest).mockRejectedValue(gone);
    await expect(searchByImage(REQUEST, all, {})).rejects.toBe(gone);
    expect(encode).toHaveBeenCalledTimes(4);
  });

  it('encodes once if anything else fails', async () => {
    const { all, encode, nearest } = parts();
    nearest.mockRejectedValue(new AppError('recall_unavailable', 'away'));
    await expect(searchByImage(REQUEST, all, {})).rejects.toMatchObject({ code: 'recall_unavailable' });
    expect(encode).toHaveBeenCalledTimes(1);
  });

  it('searches only what the caller may see and asks for', async () => {
    const count = vi.fn<ImageSearchParts['fields']['count']>(async () => 0);
    const { all, nearest, encode } = parts({
      fields: { count },
      within: parseFilter('tenant:acme'),
    });
    encode.mockImplementation(async () => ({
      generation: '1',
      collection: 'images-1',
      images: 6,
      grouped: false,
      fields: {
        format: 'gsmn-index-schema',
        version: 1,
        others: 'private',
        fields: {
          tenant: { type: 'keyword', list: false, public: false },
          year: { type: 'integer', list: false, public: true },
        },
      },
      coarse: Float32Array.of(1),
    }));
    const filter = parseFilter('year>=2019');
    const answer = await searchByImage({ ...REQUEST, filter }, all, {});
    expect(answer).toMatchObject({ filtered: { filter: 'year>=2019', images: 0 }, total: 0, images: [] });
    expect(JSON.stringify(count.mock.calls[0]?.[1])).toMatch(/tenant.*acme.*year/);
    expect(nearest).not.toHaveBeenCalled();
    const own = { ...REQUEST, filter: parseFilter('tenant:beta') };
    await expect(searchByImage(own, all, {})).rejects.toMatchObject({ code: 'request_invalid' });
  });
});
