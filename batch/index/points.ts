import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import type { WorkOptions } from '../../shared/model/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { Point, QdrantStore } from '../../workers/clients/index.ts';

/** Points of one request: a body of about 3 MB at 512 dimensions. */
const BATCH = 256;

/** The aliases of the active generation's collections. */
export const ALIASES = { images: 'gsmn-images', captions: 'gsmn-captions' } as const;

interface PointFiles {
  readonly collection: string;
  readonly count: number;
  readonly vectors: string;
  readonly payloads: string;
}

/** The points of the halves that a generation has. */
function pointFiles(folder: string, manifest: GenerationManifest): PointFiles[] {
  return [
    {
      collection: manifest.collections.images,
      count: manifest.images.count,
      vectors: join(folder, GENERATION_PATHS.imageVectors),
      payloads: join(folder, GENERATION_PATHS.imagePayloads),
    },
    ...(manifest.collections.captions === undefined
      ? []
      : [
          {
            collection: manifest.collections.captions,
            count: manifest.captions.count,
            vectors: join(folder, GENERATION_PATHS.captionVectors),
            payloads: join(folder, GENERATION_PATHS.captionPayloads),
          },
        ]),
  ];
}

/**
 * Writes the points of a finished generation to Qdrant, in the order of their ids. Existing points are not sent again,
 * so it resumes after it was stopped.
 */
export async function pushPoints(
  store: QdrantStore,
  folder: string,
  manifest: GenerationManifest,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  const files = pointFiles(folder, manifest);
  const total = files.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  for (const { collection, count, vectors, payloads } of files) {
    await store.ensureCollection(collection, manifest.coarse.dimensions, { signal });
    const present = await store.count(collection, { signal });
    // An interrupted request may have left some of its points, so the last one is sent again.
    const from = present >= count ? count : Math.max(0, present - BATCH);
    const start = before;
    await sendPoints({ collection, count, vectors, payloads }, from, async (points) => {
      signal?.throwIfAborted();
      await store.upsert(collection, points, { signal });
      onProgress?.(start + (points.at(-1)?.id ?? 0) + 1, total);
    });
    before += count;
    onProgress?.(before, total);
  }
}

/** Reads points from `from` on, a request's worth at a time. */
async function sendPoints(
  { count, vectors, payloads }: PointFiles,
  from: number,
  send: (points: readonly Point[]) => Promise<void>,
): Promise<void> {
  if (from >= count) return;
  await withFileSource(vectors, async (source) => {
    const reader = await openNpy(source);
    const [rows = 0] = reader.shape;
    if (rows !== count) {
      throw new AppError('shape_mismatch', `${vectors} has ${rows} vectors for ${count} points`, {
        hint: 'build the generation again',
      });
    }
    let id = 0;
    let batch: { readonly id: number; readonly payload: Record<string, unknown> }[] = [];
    const flush = async (): Promise<void> => {
      const [first] = batch;
      if (first === undefined) return;
      const block = await reader.readRows(first.id, first.id + batch.length);
      const size = block.length / batch.length;
      await send(
        batch.map((point, index) => ({ ...point, vector: block.subarray(index * size, (index + 1) * size) })),
      );
      batch = [];
    };
    for await (const line of linesOf(payloads)) {
      if (id >= from) batch.push({ id, payload: JSON.parse(line) as Record<string, unknown> });
      id++;
      if (batch.length === BATCH) await flush();
    }
    await flush();
    if (id !== count) {
      throw new AppError('format_invalid', `${payloads} has ${id} lines for ${count} points`, {
        hint: 'build the generation again',
      });
    }
  });
}

/** Lines end with a line feed and with nothing else: JSON may hold what Node's readline takes for an end, too. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest !== '') yield rest;
}

/** Compares the points in Qdrant with the generation: counts, and a sample of vectors and payloads. */
export async function verifyPoints(
  store: QdrantStore,
  folder: string,
  manifest: GenerationManifest,
): Promise<void> {
  for (const { collection, count, vectors } of pointFiles(folder, manifest)) {
    const hint = `run \`gsmn index build\` again: it sends what is missing`;
    const present = await store.count(collection);
    if (present !== count) {
      throw new AppError(
        'generation_incomplete',
        `collection ${collection} has ${present} of ${count} points`,
        {
          hint,
        },
      );
    }
    const sample = [...new Set([0, count >> 1, count - 1])].filter((id) => id >= 0 && id < count);
    const found = new Map(
      (await store.retrieve(collection, sample, { withVector: true })).map((p) => [p.id, p]),
    );
    await withFileSource(vectors, async (source) => {
      const reader = await openNpy(source);
      for (const id of sample) {
        const expected = await reader.readRows(id, id + 1);
        const vector = found.get(id)?.vector;
        // Qdrant normalises for cosine distance; our vectors are unit vectors already, up to rounding.
        const same =
          vector !== undefined && expected.every((value, i) => Math.abs(value - (vector[i] ?? 9)) < 1e-5);
        if (!same) {
          throw new AppError(
            'checksum_mismatch',
            `point ${id} of ${collection} differs from the generation`,
            {
              hint: 'delete the collection and build again',
            },
          );
        }
      }
    });
  }
}
