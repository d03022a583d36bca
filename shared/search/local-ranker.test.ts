import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type NumberedOptions,
  numberedImages,
  numberedQuery,
  numberedScore,
} from '../../test/support/numbered-images.ts';
import { AppError } from '../errors/index.ts';
import { collapseAlike } from './collapse-alike.ts';
import { LocalRanker, type LocalRankRequest, type RankerHooks, type RankerParts } from './local-ranker.ts';

const COUNT = 40;
const WORDS = ['dog'];
const QUERY = { caption: numberedQuery(2), coarse: Float32Array.of(0.6, 0.8), searched: WORDS };
const LIMITS = { exhaustiveImages: 100, evidence: { regions: 5, weight: 0.1 } };

/** Coarse vector of an image: its cosine with the query falls with the ordinal. */
const vectorOf = (id: number) => [1 - id / 64, 0];
const cosineOf = (id: number) => Math.fround(0.6) * (1 - id / 64);
const payloadOf = (id: number) => ({ name: `${id}.png`, width: 4, height: 3, captions: [] });

interface Changes extends NumberedOptions {
  readonly parts?: Partial<RankerParts>;
  readonly hooks?: RankerHooks;
  readonly exhaustiveImages?: number;
  readonly count?: number;
  /** Groups of images that look alike. */
  readonly alike?: ReadonlyMap<number, string>;
}

function ranker({
  parts,
  hooks,
  exhaustiveImages = 100,
  count = COUNT,
  alike = new Map(),
  ...options
}: Changes = {}) {
  const numbered = numberedImages(count, options);
  const read = vi.fn(async (from: number, to: number) =>
    Float32Array.from(Array.from({ length: to - from }, (_, index) => vectorOf(from + index)).flat()),
  );
  const payloads = {
    alike,
    read: vi.fn(async (ids: readonly number[]) => ids.map(payloadOf)),
  };
  const own = new LocalRanker(
    {
      generation: 'g',
      ranking: { coarseWeight: 10 },
      matcher: numbered.matcher,
      images: numbered.images,
      vectors: { count: numbered.images.count, dimensions: 2, read, close: async () => {} },
      payloads,
      ...parts,
    },
    { ...LIMITS, exhaustiveImages },
    hooks,
  );
  const rank = (changes: Partial<LocalRankRequest>, signal?: AbortSignal) =>
    own.rank({ query: QUERY, candidates: 'all', offset: 0, limit: 100, ...changes }, { signal });
  return { ...numbered, ranker: own, rank, read, payloads };
}

const candidates = (...ids: number[]) => ids.map((id) => ({ id, coarse: 0.5 }));

afterEach(() => vi.useRealTimers());

describe('ranked candidates', () => {
  it('are those of the page, by the fused score, with payload and evidence', async () => {
    const own = ranker();
    const page = await own.rank({
      candidates: [
        { id: 3, coarse: 0.9 },
        { id: 7, coarse: 0.2 },
        { id: 5, coarse: 0.8 },
        { id: 4, coarse: -0.5 },
      ],
      offset: 1,
      limit: 2,
    });
    expect(page).toMatchObject({ backend: 'numbers', compared: 4, evidence: 'complete' });
    const score = (id: number, coarse: number) => numberedScore(id, 2) + 10 * coarse;
    // 7 has 2, 5 has 8, 3 has 9 and 4 has -5 of the cosine: 5 > 3 > 7 > 4.
    expect(page.images).toEqual([
      {
        id: 3,
        coarse: 0.9,
        gsmn: 2003,
        score: score(3, 0.9),
        payload: payloadOf(3),
        evidence: { words: [[3, 0, 1]], boxes: [[0, 3, 3, 4, 4]] },
      },
      expect.objectContaining({ id: 7, score: score(7, 0.2), payload: payloadOf(7) }),
    ]);
    expect(own.payloads.read.mock.calls).toEqual([[[3, 7]]]);
    expect(own.evidenceOf).toHaveBeenCalledTimes(1);
    expect(Math.min(page.took.match, page.took.evidence)).toBeGreaterThanOrEqual(0);
  });

  it('keep their order if scores are equal', async () => {
    const own = ranker();
    const equal = [9, 4, 6, 1].map((id) => ({ id, coarse: (20 - id) / 10 }));
    const page = await own.rank({ candidates: equal });
    expect(new Set(page.images.map(({ score }) => score)).size).toBe(1);
    expect(page.images.map(({ id }) => id)).toEqual([9, 4, 6, 1]);
  });

  it('get a missing cosine from the vectors of the generation', async () => {
    const own = ranker();
    const page = await own.rank({
      candidates: [
        { id: 8, coarse: null },
        { id: 9, coarse: 0.25 },
      ],
    });
    const coarse = new Map(page.images.map((image) => [image.id, image.coarse]));
    expect(coarse.get(8)).toBeCloseTo(cosineOf(8), 6);
    expect(coarse.get(9)).toBe(0.25);
    expect(own.read.mock.calls).toEqual([[8, 9]]);
  });

  it('get all their cosines from there, a few reads at a time', async () => {
    const own = ranker({ count: 200 });
    const read = own.read.getMockImplementation() as typeof own.read;
    let [running, most] = [0, 0];
    own.read.mockImplementation(async (from, to) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return read(from, to);
    });
    const ids = Array.from({ length: 200 }, (_, place) => (7 * place) % 200);
    const { images } = await own.rank({ candidates: ids.map((id) => ({ id, coarse: null })), limit: 200 });
    expect(images).toHaveLength(200);
    for (const { id, coarse } of images) expect(coarse).toBeCloseTo(cosineOf(id), 6);
    expect(most).toBe(64);
  });

  it('can be ranked without the cosine', async () => {
    const { images } = await ranker().rank({ candidates: candidates(1, 3, 2), fuse: false });
    expect(images.map(({ id, score, gsmn }) => [id, score === gsmn])).toEqual([
      [3, true],
      [2, true],
      [1, true],
    ]);
  });

  it.each([
    ['twice', [1, 2, 1], 'request_invalid'],
    ['outside of the generation', [1, COUNT], 'request_invalid'],
  ])('are refused if one is there %s, before anything is read', async (_, ids, code) => {
    const own = ranker();
    await expect(own.rank({ candidates: candidates(...ids) })).rejects.toMatchObject({ code });
    expect(own.use).not.toHaveBeenCalled();
  });

  it('are refused without a cosine if the generation has no vectors', async () => {
    const own = ranker({ parts: { vectors: undefined } });
    await expect(own.rank({ candidates: [{ id: 1, coarse: null }] })).rejects.toMatchObject({
      code: 'generation_incomplete',
    });
    // Before anything is compared.
    expect(own.use).not.toHaveBeenCalled();
    expect((await own.rank({ candidates: candidates(1) })).images).toHaveLength(1);
  });

  it('have no payloads if the generation has none', async () => {
    const { images } = await ranker({ parts: { payloads: undefined } }).rank({ candidates: candidates(1) });
    expect(images[0]).not.toHaveProperty('payload');
  });

  it('fail if one of them is damaged', async () => {
    const own = ranker();
    own.damaged.add(2);
    await expect(own.rank({ candidates: candidates(1, 2) })).rejects.toMatchObject({
      code: 'checksum_mismatch',
    });
  });

  it('end with the reason of the signal', async () => {
    const gone = AbortSignal.abort(new AppError('cancelled', 'gone'));
    await expect(ranker().rank({ candidates: candidates(1) }, gone)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('can be requested behind the last of them', async () => {
    const own = ranker();
    const page = await own.rank({ candidates: candidates(1, 2), offset: 2 });
    expect(page).toMatchObject({ images: [], compared: 2, evidence: 'complete' });
    expect(own.evidenceOf).not.toHaveBeenCalled();
  });
});

describe('all images, ranked', () => {
  it('are the result of comparing each, page by page', async () => {
    const own = ranker();
    const expected = Array.from({ length: COUNT }, (_, id) => ({
      id,
      score: numberedScore(id, 2) + 10 * cosineOf(id),
    })).sort((a, b) => b.score - a.score);
    const pages = [];
    for (const offset of [0, 7, 14, 35, 42]) pages.push(await own.rank({ offset, limit: 7 }));
    expect(pages.map(({ images }) => images.map(({ id }) => id))).toEqual(
      [0, 7, 14, 35, 42].map((offset) => expected.slice(offset, offset + 7).map(({ id }) => id)),
    );
    for (const [place, { score, coarse, id }] of (pages[0]?.images ?? []).entries()) {
      expect(score).toBeCloseTo(expected[place]?.score ?? Number.NaN, 3);
      expect(coarse).toBeCloseTo(cosineOf(id), 6);
    }
    expect(pages.every(({ compared }) => compared === COUNT)).toBe(true);
  });

  it('are ordered by ordinal if scores are equal', async () => {
    const own = ranker();
    own.score.mockImplementation(async ({ count }, captions) => ({
      images: count,
      captions: captions.length,
      imageToText: new Float32Array(count * captions.length),
      textToImage: new Float32Array(count * captions.length),
    }));
    const { images } = await own.rank({ fuse: false, limit: 9, evidence: false });
    expect(images.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('contain each of them once if a scan had to start again', async () => {
    const own = ranker();
    const read = own.read.getMockImplementation();
    let faults = 1;
    own.read.mockImplementation(async (from, to) => {
      if (from === 8 && faults-- > 0) throw new AppError('file_unreadable', 'only this time');
      return read?.(from, to) ?? new Float32Array();
    });
    const [one, other] = await Promise.all([own.rank({}), own.rank({ offset: 1 })]);
    expect(new Set(one.images.map(({ id }) => id)).size).toBe(COUNT);
    expect(one.images).toHaveLength(COUNT);
    expect(other.images).toEqual(one.images.slice(1));
  });

  it('are refused with the limit if there are more than allowed', async () => {
    const own = ranker({ exhaustiveImages: COUNT - 1 });
    await expect(own.rank({})).rejects.toMatchObject({
      code: 'request_too_large',
      message: 'the index has 40 images, and exhaustive search compares at most 39',
    });
    expect(own.score).not.toHaveBeenCalled();
  });

  it('are refused without their vectors', async () => {
    const own = ranker({ parts: { vectors: undefined } });
    await expect(own.rank({})).rejects.toMatchObject({ code: 'generation_incomplete' });
  });
});

describe('evidence', () => {
  const ids = Array.from({ length: 20 }, (_, place) => COUNT - 1 - place);
  const request = { candidates: candidates(...ids) };
  const withEvidence = (images: readonly { readonly evidence?: unknown }[]) =>
    images.flatMap(({ evidence }, place) => (evidence === undefined ? [] : [place]));

  it('is made for a few images at a time, also if the memory holds fewer', async () => {
    const own = ranker({ capacity: 11 });
    const page = await own.rank(request);
    expect(page.images.map(({ id }) => id)).toEqual(ids);
    expect(page.images.map(({ evidence }) => evidence?.words[0]?.[0])).toEqual(ids);
    expect(page.images.map(({ evidence }) => evidence?.boxes[0]?.[1])).toEqual(ids);
    expect(own.evidenceOf.mock.calls.map(([, indices]) => indices.length)).toEqual([8, 3, 8, 1]);
  });

  it('is not made if it is not requested', async () => {
    const own = ranker();
    const page = await own.rank({ ...request, evidence: false });
    expect([page.evidence, withEvidence(page.images)]).toEqual(['complete', []]);
    expect(own.evidenceOf).not.toHaveBeenCalled();
  });

  it('is left out from the first late image on, and the order stays', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const own = ranker();
    const make = own.evidenceOf.getMockImplementation();
    own.evidenceOf.mockImplementation(async (...call) => {
      vi.advanceTimersByTime(60);
      const [prepared, indices, caption] = call;
      return make?.(prepared, indices, caption) ?? [];
    });
    const page = await own.rank({ ...request, evidenceUntil: performance.now() + 100 });
    expect(page.evidence).toBe('late');
    expect(page.images.map(({ id }) => id)).toEqual(ids);
    expect(own.evidenceOf).toHaveBeenCalledTimes(2);
    expect(withEvidence(page.images)).toEqual(ids.map((_, place) => place).slice(0, 16));
  });

  it('is not started, and no images are read for it, if it is already late', async () => {
    const own = ranker();
    const page = await own.rank({ ...request, evidenceUntil: performance.now() - 1 });
    expect([page.evidence, page.images.length]).toEqual(['late', 20]);
    // To be compared, but not again for evidence.
    expect(own.use).toHaveBeenCalledTimes(1);
    expect((await own.rank({ candidates: candidates(1), offset: 1, evidenceUntil: 0 })).evidence).toBe(
      'complete',
    );
  });

  it.each([
    ['images that do not come', 'use'],
    ['a matcher that does not end', 'evidenceOf'],
  ] as const)('does not wait for %s', async (_, part) => {
    const onEvidenceFault = vi.fn();
    const own = ranker({ hooks: { onEvidenceFault } });
    const whenAborted = (signal?: AbortSignal) =>
      new Promise<never>((__, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    if (part === 'evidenceOf') own.evidenceOf.mockImplementation((...call) => whenAborted(call[3]?.signal));
    else {
      const use = own.use.getMockImplementation() as typeof own.images.use;
      own.use.mockImplementationOnce(use).mockImplementation((__, signal) => whenAborted(signal));
    }
    const page = await own.rank({ ...request, evidenceUntil: performance.now() + 40 });
    expect(page.evidence).toBe('late');
    expect(page.images.map(({ id }) => id)).toEqual(ids);
    expect(withEvidence(page.images)).toEqual([]);
    expect(onEvidenceFault).not.toHaveBeenCalled();
  });

  it('is reported to the log if it fails, and the order stays', async () => {
    const onEvidenceFault = vi.fn();
    const own = ranker({ hooks: { onEvidenceFault } });
    const broken = new AppError('backend_unavailable', 'the device is lost');
    own.evidenceOf.mockRejectedValueOnce(broken);
    const page = await own.rank(request);
    expect([page.evidence, page.images.map(({ id }) => id)]).toEqual(['failed', ids]);
    expect(onEvidenceFault.mock.calls).toEqual([[broken]]);
  });

  it('ends the request if its caller aborts meanwhile', async () => {
    const onEvidenceFault = vi.fn();
    const own = ranker({ hooks: { onEvidenceFault } });
    const leaving = new AbortController();
    own.evidenceOf.mockImplementation(async (__, ___, ____, options) => {
      leaving.abort(new AppError('cancelled', 'gone'));
      options?.signal?.throwIfAborted();
      return [];
    });
    await expect(own.rank(request, leaving.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(onEvidenceFault).not.toHaveBeenCalled();
  });
});

it('resolves when nothing is compared any more', async () => {
  const own = ranker();
  const work = own.scoreLists.getMockImplementation();
  const { promise, resolve } = Promise.withResolvers<void>();
  own.scoreLists.mockImplementationOnce(async (...call) => {
    await promise;
    return work?.(...call) ?? [];
  });
  const leaving = new AbortController();
  const left = own.rank({ candidates: candidates(1) }, leaving.signal);
  await vi.waitFor(() => expect(own.scoreLists).toHaveBeenCalledTimes(1));
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  let idle = false;
  const waiting = own.ranker.idle().then(() => {
    idle = true;
  });
  await new Promise((done) => setImmediate(done));
  // The matcher still has the images.
  expect([idle, own.inUse.size]).toEqual([false, 1]);
  resolve();
  await waiting;
  expect(own.inUse.size).toBe(0);
});

describe('images that look alike', () => {
  const groups = fc
    .array(fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined, freq: 2 }), {
      minLength: COUNT,
      maxLength: COUNT,
    })
    .map((names) => new Map(names.flatMap((name, id) => (name === undefined ? [] : [[id, name] as const]))));

  it('are ranked as all images and then become one, among candidates and among all', async () => {
    await fc.assert(
      fc.asyncProperty(
        groups,
        fc.boolean(),
        fc.nat(12),
        fc.integer({ min: 1, max: 9 }),
        async (alike, all, offset, limit) => {
          const own = ranker({ alike });
          const asked = all
            ? 'all'
            : candidates(...Array.from({ length: COUNT }, (_, id) => (7 * id) % COUNT));
          const every = await own.rank({ candidates: asked, evidence: false });
          const page = await own.rank({ candidates: asked, collapse: true, offset, limit, evidence: false });
          expect(page.images).toEqual(
            collapseAlike(every.images, ({ id }) => alike.get(id)).slice(offset, offset + limit),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('have payloads, and evidence only for the one that stands for them', async () => {
    const own = ranker({ alike: new Map([3, 7, 5].map((id) => [id, 'a'])) });
    const { images } = await own.rank({ candidates: candidates(3, 7, 5, 4), collapse: true });
    expect(images).toHaveLength(2);
    expect(images.map(({ evidence }) => evidence !== undefined)).toEqual([true, true]);
    const { alike } = images.find((image) => image.alike) ?? {};
    expect(alike?.count).toBe(2);
    for (const { id, payload, evidence } of alike?.images ?? []) {
      expect([payload, evidence]).toEqual([payloadOf(id), undefined]);
    }
    expect(own.evidenceOf.mock.calls.reduce((sum, [, indices]) => sum + indices.length, 0)).toBe(2);
  });
});
