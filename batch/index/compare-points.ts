import type { WorkOptions } from '../../shared/model/index.ts';
import type { Point, PointId, QdrantStore, StoredPoint } from '../../workers/clients/index.ts';
import { type PointFiles, readPoints } from './point-files.ts';
import { sameJson } from './same-json.ts';

/** Ids of one request that asks only which of them exist. */
const IDS = 4096;

/** Vectors are unit vectors, which Qdrant normalises again: their values differ by rounding. */
const ROUNDING = 1e-5;

/** The weights of captions are float32, and are stored as they are. */
const WEIGHT_ROUNDING = 1e-6;

/** How a collection differs from the generation's files. */
export interface PointDifference {
  /** Ids that the collection lacks. */
  readonly missing: ReadonlySet<number>;
  /** Ids with another vector or payload. */
  readonly different: ReadonlySet<number>;
  /** Ids that the generation does not have. */
  readonly surplus: readonly PointId[];
}

/**
 * Compares a collection with the generation's files: only which points it holds (`ids`), or every vector and payload, too (`contents`).
 * Progress counts points.
 */
export async function comparePoints(
  store: QdrantStore,
  files: PointFiles,
  what: 'ids' | 'contents',
  { signal, onProgress }: WorkOptions = {},
): Promise<PointDifference> {
  const { collection, count } = files;
  const exists = (await store.collectionInfo(collection, { signal })) !== undefined;
  const present = exists ? await store.count(collection, { signal }) : 0;
  const missing = new Set<number>();
  const different = new Set<number>();
  if (present === 0) {
    for (let id = 0; id < count; id++) missing.add(id);
    return { missing, different, surplus: [] };
  }
  if (what === 'ids') {
    for (let from = 0; from < count; from += IDS) {
      signal?.throwIfAborted();
      const ids = Array.from({ length: Math.min(IDS, count - from) }, (_, at) => from + at);
      const found = await store.retrieve(collection, ids, { withPayload: false, signal });
      const held = new Set(found.map(({ id }) => id));
      for (const id of ids) if (!held.has(id)) missing.add(id);
      onProgress?.(from + ids.length, count);
    }
  } else {
    await readPoints(files, async (points) => {
      signal?.throwIfAborted();
      const ids = points.map(({ id }) => id);
      const found = await store.retrieve(collection, ids, { withVector: true, signal });
      const stored = new Map(found.map((point) => [point.id, point]));
      for (const point of points) {
        const there = stored.get(point.id);
        if (there === undefined) missing.add(point.id);
        else if (!samePoint(point, there)) different.add(point.id);
      }
      onProgress?.((ids.at(-1) ?? 0) + 1, count);
    });
  }
  const surplus = present > count - missing.size ? await foreignIds(store, files, signal) : [];
  return { missing, different, surplus };
}

/** The ids of a collection that are no ordinals of the generation. */
async function foreignIds(
  store: QdrantStore,
  { collection, count }: PointFiles,
  signal: AbortSignal | undefined,
): Promise<PointId[]> {
  const foreign: PointId[] = [];
  let from: PointId | null = count;
  while (from !== null) {
    const { ids, next }: Awaited<ReturnType<QdrantStore['listIds']>> = await store.listIds(collection, {
      from,
      signal,
    });
    foreign.push(...ids);
    from = next;
  }
  return foreign;
}

function samePoint(expected: Point, stored: StoredPoint): boolean {
  const { vector, captions } = stored;
  const { indices = [], values = [] } = expected.captions ?? {};
  return (
    vector !== undefined &&
    vector.length === expected.vector.length &&
    vector.every((value, at) => Math.abs(value - (expected.vector[at] ?? Number.NaN)) < ROUNDING) &&
    (captions?.indices.length ?? 0) === indices.length &&
    (captions?.indices.every((index, at) => index === indices[at]) ?? true) &&
    (captions?.values.every(
      (value, at) => Math.abs(value - (values[at] ?? Number.NaN)) <= WEIGHT_ROUNDING * Math.abs(value),
    ) ??
      true) &&
    sameJson(expected.payload, stored.payload)
  );
}
