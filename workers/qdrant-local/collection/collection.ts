import { AppError } from '../../../shared/errors/index.ts';
import { type PayloadPath, parsePath } from '../payload/payload-path.ts';
import type { Slices } from '../scheduling/slices.ts';
import type { CollectionConfig, FieldType, VectorParams } from '../schema/collections.ts';
import type { Payload } from '../schema/common.ts';
import type { Filter } from '../schema/filter.ts';
import type { PointId } from '../schema/point-id.ts';
import type { NewPoint, PointSelection } from '../schema/points.ts';
import type { Catalogue, StoredCollection } from '../storage/catalogue.ts';
import { PointRows, type StoredPoint } from '../storage/point-rows.ts';
import type { StoreFile } from '../storage/store-file.ts';
import { type AnyVector, isSparse } from '../vectors/any-vector.ts';
import { storedForm } from '../vectors/distance.ts';
import type { HnswOptions } from '../vectors/vector-set.ts';
import { ResidentPoints } from './resident-points.ts';

export interface CollectionParts {
  readonly file: StoreFile;
  readonly catalogue: Catalogue;
  readonly kernel: WebAssembly.Module;
  readonly maxPoints: number;
  readonly hnsw: HnswOptions;
}

/** How a change that must first look at points is made: it looks while others read, and is made once it is alone. */
interface Preparation {
  readonly slices: Slices;
  readonly alone: () => Promise<void>;
}

type Change =
  | { readonly kind: 'put'; readonly point: NewPoint }
  | { readonly kind: 'payload'; readonly id: PointId; readonly payload: Payload }
  | { readonly kind: 'remove'; readonly id: PointId };

/**
 * A collection: its rows in the file and its points in memory. Every change is one transaction, and memory is updated
 * only after it is on disk. A change is made in slices, alone, so no request sees half of it; one that is aborted before
 * it is on disk changes nothing. While the points that it applies to are looked for, others may read the collection.
 */
export class Collection {
  readonly key: number;
  readonly name: string;
  readonly config: CollectionConfig;
  readonly points: ResidentPoints;
  readonly #indexes: Map<string, FieldType>;
  readonly #rows: PointRows;
  readonly #parts: CollectionParts;
  #operations: number;

  /** Reads all points into memory. Throws `store_damaged`, `memory_exhausted`. */
  constructor(stored: StoredCollection, parts: CollectionParts) {
    this.key = stored.key;
    this.name = stored.name;
    this.config = stored.config;
    this.#indexes = new Map(stored.indexes);
    this.#operations = stored.operations;
    this.#parts = parts;
    this.#rows = new PointRows(parts.file, stored.key, stored.config);
    this.points = new ResidentPoints(parts.kernel, stored.config, parts.hnsw);
    this.points.reserve(this.#rows.count());
    for (const point of this.#rows.all()) this.points.put(point);
    for (const field of this.#indexes.keys()) {
      const path = parsePath(field);
      if (path !== undefined) this.points.addIndex(path);
    }
  }

  /** Field -> type of the payload's indexes. */
  get indexes(): ReadonlyMap<string, FieldType> {
    return this.#indexes;
  }

  /** Writes points; of two points with the same id, the later one is kept. Returns the number of the change. */
  async upsert(points: readonly NewPoint[], slices: Slices): Promise<number> {
    const changes = await slices.map(
      points,
      (point): Change => ({ kind: 'put', point: this.#fitting(point) }),
    );
    return this.#change(changes, slices);
  }

  /** Deletes the points that exist. */
  async deleteIds(ids: readonly PointId[], slices: Slices): Promise<number> {
    return this.#change(
      ids.map((id) => ({ kind: 'remove', id })),
      slices,
    );
  }

  /** Deletes the points that pass the filter. */
  async deleteBy(filter: Filter, { slices, alone }: Preparation): Promise<number> {
    const ids = await this.#ids({ filter }, slices);
    await alone();
    return this.deleteIds(ids, slices);
  }

  /**
   * Replaces the payload of existing points by the result of `next`.
   *
   * @param assertSmall looks at every payload before the first result is made.
   */
  async changePayload(
    selection: PointSelection,
    { slices, alone }: Preparation,
    next: (payload: Payload) => Payload,
    assertSmall?: (payload: Payload) => void,
  ): Promise<number> {
    const ids = await this.#ids(selection, slices);
    if ('ids' in selection) {
      const missing = ids.find((id) => this.points.slotOf(id) === undefined);
      if (missing !== undefined) {
        throw new AppError('not_found', `collection ${this.name} has no point with id ${missing}`);
      }
    }
    const payloadOf = (id: PointId): Payload => this.points.at(this.points.slotOf(id) as number).payload;
    if (assertSmall !== undefined) await slices.map(ids, (id) => assertSmall(payloadOf(id)));
    const changes = await slices.map(
      ids,
      (id): Change => ({ kind: 'payload', id, payload: next(payloadOf(id)) }),
    );
    await alone();
    return this.#change(changes, slices);
  }

  addIndex(path: PayloadPath, type: FieldType): number {
    return this.#changeIndexes(
      (indexes) => indexes.set(path.text, type),
      () => this.points.addIndex(path),
    );
  }

  removeIndex(field: string): number {
    return this.#changeIndexes(
      (indexes) => indexes.delete(field),
      () => this.points.removeIndex(field),
    );
  }

  #changeIndexes(edit: (indexes: Map<string, FieldType>) => void, apply: () => void): number {
    const indexes = new Map(this.#indexes);
    edit(indexes);
    const operation = this.#operations + 1;
    this.#parts.file.transaction(() => {
      this.#parts.catalogue.setIndexes(this.key, indexes);
      this.#parts.catalogue.setOperations(this.key, operation);
    });
    this.#operations = operation;
    this.#indexes.clear();
    for (const [name, type] of indexes) this.#indexes.set(name, type);
    apply();
    return operation;
  }

  async #ids(selection: PointSelection, slices: Slices): Promise<PointId[]> {
    if ('ids' in selection) return [...new Set(selection.ids)];
    const slots = await this.points.select(selection.filter, slices);
    return Array.from(slots, (slot) => this.points.at(slot).id);
  }

  async #change(changes: readonly Change[], slices: Slices): Promise<number> {
    const version = this.#operations + 1;
    const added = new Set(
      changes.flatMap((change) =>
        change.kind === 'put' && this.points.slotOf(change.point.id) === undefined ? [change.point.id] : [],
      ),
    );
    if (this.points.count + added.size > this.#parts.maxPoints) {
      throw new AppError(
        'argument_invalid',
        `collection ${this.name} would hold ${this.points.count + added.size} points, the limit is ${this.#parts.maxPoints}`,
        { hint: 'Raise maxPoints if there is enough memory, or use a Qdrant server.' },
      );
    }
    this.points.reserve(added.size);
    const applied = await this.#parts.file.longTransaction(() => {
      this.#parts.catalogue.setOperations(this.key, version);
      return this.#write(changes, version, slices);
    });
    this.#operations = version;
    for (const apply of applied) {
      if (slices.due) await slices.rest();
      apply();
    }
    return version;
  }

  /** Writes rows, and returns what must then be done in memory. */
  #write(changes: readonly Change[], version: number, slices: Slices): Promise<(() => void)[]> {
    const keys = new Map<PointId, number>();
    const keyOf = (id: PointId) => {
      const slot = this.points.slotOf(id);
      return keys.get(id) ?? (slot === undefined ? undefined : this.points.at(slot).key);
    };
    return slices.map(changes, (change) => {
      if (change.kind === 'put') {
        const key = this.#rows.put(keyOf(change.point.id), { ...change.point, version });
        keys.set(change.point.id, key);
        const point: StoredPoint = { ...change.point, key, version };
        return () => this.points.put(point);
      }
      const key = keyOf(change.id);
      if (change.kind === 'payload') {
        if (key !== undefined) this.#rows.putPayload(key, change.id, version, change.payload);
        return () => this.points.putPayload(change.id, version, change.payload);
      }
      if (key !== undefined) this.#rows.remove(key);
      return () => this.points.remove(change.id);
    });
  }

  /** The point with its vectors in stored form. Throws `request_invalid`, naming the point. */
  #fitting({ id, vectors, payload }: NewPoint): NewPoint {
    const stored = new Map<string, AnyVector>();
    for (const [name, vector] of vectors) {
      this.assertKind(name, isSparse(vector), `point ${id}`);
      if (isSparse(vector)) {
        stored.set(name, vector);
        continue;
      }
      const { distance } = this.vectorParams(name, vector.length, `point ${id}`);
      stored.set(name, storedForm(distance, vector));
    }
    return { id, vectors: stored, payload };
  }

  /** Checks that the collection has vectors of this name, and of the kind that is meant. `what` starts the message. */
  assertKind(name: string, sparse: boolean, what: string): void {
    const { vectors, sparse: sparseVectors } = this.config;
    if ((sparse ? sparseVectors : vectors).has(name)) return;
    if ((sparse ? vectors : sparseVectors).has(name)) {
      const is = sparse ? 'dense' : 'sparse';
      throw new AppError(
        'request_invalid',
        `${what}: the vectors ${name || 'without a name'} of collection ${this.name} are ${is}`,
        {
          hint: sparse
            ? 'A dense vector is an array of numbers.'
            : 'A sparse vector is {"indices": […], "values": […]}.',
        },
      );
    }
    const names = [...vectors.keys(), ...sparseVectors.keys()].map((known) => known || 'one without a name');
    throw new AppError(
      'request_invalid',
      `${what}: collection ${this.name} has no vector ${name ? `called ${name}` : 'without a name'}; it has ${names.join(', ') || 'none'}`,
    );
  }

  /** The parameters of a named vector; checks that a vector of this length fits. `what` starts the message. */
  vectorParams(name: string, length: number, what: string) {
    this.assertKind(name, false, what);
    const params = this.config.vectors.get(name) as VectorParams;
    if (params.size !== length) {
      throw new AppError(
        'request_invalid',
        `${what}: the vector${name ? ` ${name}` : ''} has ${length} dimensions, collection ${this.name} expects ${params.size}`,
      );
    }
    return params;
  }
}
