import { vi } from 'vitest';
import { AppError } from '../../shared/errors/index.ts';
import type { CaptionGraph, Matcher, PairEvidence, PreparedImages } from '../../shared/model/index.ts';
import type { ImageStore } from '../../shared/search/images/image-store.ts';

export interface NumberedOptions {
  /** Images that fit into the store at a time. */
  readonly capacity?: number;
  /** Images in a slice of a scan. */
  readonly step?: number;
}

/** A query with one number, which is part of each of its scores. */
export function numberedQuery(number: number): CaptionGraph {
  return { words: Float32Array.of(number) };
}

/** The GSMN score of an image and a query here, exact in float32. */
export function numberedScore(id: number, query: number): number {
  return id + 1000 * query;
}

/**
 * Images with their ordinals as contents: a store that provides them in slices, and a matcher that refuses images that are not
 * provided at the moment. A damaged image fails the slice that contains it.
 */
export function numberedImages(count: number, { capacity = count, step = 4 }: NumberedOptions = {}) {
  const inUse = new Map<PreparedImages, readonly number[]>();
  const damaged = new Set<number>();

  async function lend(ids: readonly number[], work: (prepared: PreparedImages) => Promise<void>) {
    // Images are loaded later, never in the same step.
    await Promise.resolve();
    const bad = ids.find((id) => damaged.has(id));
    if (bad !== undefined) throw new AppError('checksum_mismatch', `image ${bad} is damaged`);
    const prepared: PreparedImages = { count: ids.length, bytes: ids.length, dispose: () => {} };
    inUse.set(prepared, ids);
    try {
      await work(prepared);
    } finally {
      inUse.delete(prepared);
    }
  }

  function idsOf(prepared: PreparedImages): readonly number[] {
    const ids = inUse.get(prepared);
    if (ids === undefined) throw new Error('these images are not in use');
    return ids;
  }

  const boxesOf = (id: number) => Float32Array.of(id, id, id + 1, id + 1);
  const use = vi.fn<ImageStore['use']>(async (ids, signal, work) => {
    for (let from = 0; from < ids.length; from += capacity) {
      signal.throwIfAborted();
      const some = ids.slice(from, from + capacity);
      await lend(some, (prepared) => work({ prepared, from, boxes: some.map(boxesOf) }));
    }
  });
  const scan = vi.fn<ImageStore['scan']>(async (signal, work) => {
    for (let from = 0; from < count; from += step) {
      signal.throwIfAborted();
      const ids = Array.from({ length: Math.min(step, count - from) }, (_, index) => from + index);
      await lend(ids, (prepared) => work({ prepared, from, boxes: ids.map(boxesOf) }));
    }
  });
  const images: ImageStore = {
    count,
    status: { images: 0, bytes: 0, pinned: 0, budget: 0, hits: 0, misses: 0, evictions: 0, bytesRead: 0 },
    use,
    scan,
    close: async () => {},
  };

  const numberOf = ({ words }: CaptionGraph): number => words[0] ?? Number.NaN;
  const scoreLists = vi.fn<Matcher['scoreLists']>(async (prepared, lists, { signal } = {}) => {
    await Promise.resolve();
    signal?.throwIfAborted();
    const ids = idsOf(prepared);
    return lists.map(({ caption, indices }) => ({
      imageToText: Float32Array.from(indices, (index) => ids[index] ?? Number.NaN),
      textToImage: Float32Array.from(indices, () => 1000 * numberOf(caption)),
    }));
  });
  const score = vi.fn<Matcher['score']>(async (prepared, captions, _indices, { signal } = {}) => {
    await Promise.resolve();
    signal?.throwIfAborted();
    const ids = idsOf(prepared);
    return {
      images: ids.length,
      captions: captions.length,
      imageToText: Float32Array.from(ids.flatMap((id) => captions.map(() => id))),
      textToImage: Float32Array.from(ids.flatMap(() => captions.map((one) => 1000 * numberOf(one)))),
    };
  });
  /** Every word attends to the one region of the image; the word's score is the image's ordinal. */
  const evidence = (id: number): PairEvidence => ({
    imageToText: 0,
    textToImage: 0,
    wordAttention: Float32Array.of(1, 1, 1),
    regionAttention: Float32Array.of(0, 1, 0),
    wordScores: Float32Array.of(id, id, id),
    regionScores: Float32Array.of(id),
  });
  const evidenceOf = vi.fn<Matcher['evidenceOf']>(async (prepared, indices, _caption, { signal } = {}) => {
    await Promise.resolve();
    signal?.throwIfAborted();
    const ids = idsOf(prepared);
    return Array.from(indices, (index) => evidence(ids[index] ?? Number.NaN));
  });
  const unused = async (): Promise<never> => Promise.reject(new Error('not asked for'));
  const matcher: Matcher = {
    backend: 'numbers',
    prepareImages: unused,
    gather: (): never => {
      throw new Error('not asked for');
    },
    score,
    scoreLists,
    evidenceOf,
    dispose: async () => {},
  };
  return { images, matcher, damaged, inUse, use, scan, score, scoreLists, evidenceOf };
}
