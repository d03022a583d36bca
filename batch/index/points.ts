import { AppError } from '../../shared/errors/index.ts';
import type { WorkOptions } from '../../shared/model/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import { fieldKey, type PointId, type QdrantStore } from '../../workers/clients/index.ts';
import { comparePoints, type PointDifference } from './compare-points.ts';
import { type PointFiles, pointFiles, readPoints } from './point-files.ts';

/** Ids of one request that deletes points. */
const DELETED_AT_ONCE = 1000;

export interface PushOptions extends WorkOptions {
  /** What is compared to find out what to send: which points there are (default), or also every vector and payload. */
  readonly compare?: 'ids' | 'contents' | undefined;
}

/**
 * Makes the collections of a finished generation hold exactly its points: sends those that are missing or differ, in the order of their
 * ids, and deletes those that are not of the generation. So it resumes after it was stopped. Progress counts points.
 *
 * @returns how many points were sent and deleted.
 */
export async function pushPoints(
  store: QdrantStore,
  folder: string,
  manifest: GenerationManifest,
  { signal, onProgress, compare = 'ids' }: PushOptions = {},
): Promise<number> {
  const files = pointFiles(folder, manifest);
  const total = files.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  let changed = 0;
  for (const half of files) {
    const start = before;
    await store.ensureCollection(half.collection, manifest.coarse.dimensions, {
      captions: half.terms !== undefined,
      signal,
    });
    // Before the points, so that Qdrant can take the indexes into its graph.
    if (half.collection === manifest.collections.images) await ensureFieldIndexes(store, manifest, signal);
    const difference = await comparePoints(store, half, compare, {
      signal,
      // Which points there are is known in no time; their contents are the work.
      ...(compare === 'contents' && { onProgress: (done) => onProgress?.(start + done, total) }),
    });
    changed += await repair(store, half, difference, {
      signal,
      onProgress: (done) => onProgress?.(start + done, total),
    });
    before += half.count;
    onProgress?.(before, total);
  }
  return changed;
}

/** Dates are stored as whole milliseconds. */
const INDEX_TYPES = {
  keyword: 'keyword',
  integer: 'integer',
  number: 'float',
  boolean: 'bool',
  date: 'integer',
} as const;

/** Lets the database find images by their declared fields. */
async function ensureFieldIndexes(
  store: QdrantStore,
  { fields, collections }: GenerationManifest,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [name, { type }] of Object.entries(fields?.fields ?? {})) {
    await store.ensurePayloadIndex(collections.images, fieldKey(name), INDEX_TYPES[type], { signal });
  }
}

async function repair(
  store: QdrantStore,
  files: PointFiles,
  { missing, different, surplus }: PointDifference,
  { signal, onProgress }: WorkOptions,
): Promise<number> {
  const { collection, count } = files;
  for (let from = 0; from < surplus.length; from += DELETED_AT_ONCE) {
    signal?.throwIfAborted();
    await store.deletePoints(collection, surplus.slice(from, from + DELETED_AT_ONCE), { signal });
  }
  const wrong = missing.size + different.size;
  if (wrong > 0) {
    let sent = 0;
    await readPoints(
      files,
      async (points) => {
        signal?.throwIfAborted();
        await store.upsert(collection, points, { signal });
        sent += points.length;
        onProgress?.(count - wrong + sent, count);
      },
      (id) => missing.has(id) || different.has(id),
    );
  }
  return wrong + surplus.length;
}

/**
 * Compares every point in Qdrant with the generation: ids, vectors and payloads. Progress counts points.
 *
 * @throws AppError `generation_incomplete` when points are missing, `checksum_mismatch` when points differ or do not belong there.
 */
export async function verifyPoints(
  store: QdrantStore,
  folder: string,
  manifest: GenerationManifest,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  const files = pointFiles(folder, manifest);
  const total = files.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  for (const half of files) {
    const start = before;
    const found = await comparePoints(store, half, 'contents', {
      signal,
      onProgress: (done) => onProgress?.(start + done, total),
    });
    assertSame(half, found);
    before += half.count;
    onProgress?.(before, total);
  }
}

function assertSame({ collection, count }: PointFiles, found: PointDifference): void {
  const { missing, different, surplus } = found;
  const said = [
    missing.size > 0 && `lacks ${missing.size} of ${count} points (${some(missing)})`,
    different.size > 0 && `has ${different.size} points that differ from the generation (${some(different)})`,
    surplus.length > 0 && `has ${surplus.length} points that are not of the generation (${some(surplus)})`,
  ].filter((text) => text !== false);
  if (said.length === 0) return;
  throw new AppError(
    missing.size > 0 ? 'generation_incomplete' : 'checksum_mismatch',
    `collection ${collection} ${said.join(', ')}`,
    { hint: 'run `gsmn index build` again: it sends what is missing or differs, and deletes the rest' },
  );
}

/** The first of some ids, for people. */
function some(ids: Iterable<PointId>): string {
  const all = [...ids];
  return `${all.slice(0, 3).join(', ')}${all.length > 3 ? ', …' : ''}`;
}
