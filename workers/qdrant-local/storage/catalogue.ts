import { AppError } from '../../../shared/errors/index.ts';
import type { CollectionConfig, FieldType, SparseParams, VectorParams } from '../schema/collections.ts';
import { REBUILD } from './sqlite-error.ts';
import type { StoreFile } from './store-file.ts';

export interface StoredCollection {
  readonly key: number;
  readonly name: string;
  readonly config: CollectionConfig;
  readonly indexes: ReadonlyMap<string, FieldType>;
  /** Number of the last change. */
  readonly operations: number;
}

interface ConfigJson {
  readonly vectors: [string, VectorParams][];
  readonly sparse?: [string, SparseParams][];
  readonly metadata?: Record<string, unknown>;
}

/** The tables `collections` and `aliases`. Changes run inside a transaction of the caller. */
export class Catalogue {
  readonly #file: StoreFile;
  readonly #insert;
  readonly #delete;
  readonly #setIndexes;
  readonly #setOperations;
  readonly #setAlias;
  readonly #deleteAlias;

  constructor(file: StoreFile) {
    this.#file = file;
    this.#insert = file.prepare(
      'INSERT INTO collections (name, config, indexes, operations) VALUES (?, ?, ?, 0) RETURNING key',
    );
    this.#delete = file.prepare('DELETE FROM collections WHERE key = ?');
    this.#setIndexes = file.prepare('UPDATE collections SET indexes = ? WHERE key = ?');
    this.#setOperations = file.prepare('UPDATE collections SET operations = ? WHERE key = ?');
    this.#setAlias = file.prepare(
      'INSERT INTO aliases (name, collection) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET collection = excluded.collection',
    );
    this.#deleteAlias = file.prepare('DELETE FROM aliases WHERE name = ?');
  }

  collections(): StoredCollection[] {
    return [
      ...this.#file.rows('SELECT key, name, config, indexes, operations FROM collections ORDER BY key'),
    ].map((row) => {
      try {
        const config = JSON.parse(String(row.config)) as ConfigJson;
        return {
          key: Number(row.key),
          name: String(row.name),
          config: {
            vectors: new Map(config.vectors),
            sparse: new Map(config.sparse),
            metadata: config.metadata,
          },
          indexes: new Map(JSON.parse(String(row.indexes)) as [string, FieldType][]),
          operations: Number(row.operations),
        };
      } catch (cause) {
        throw new AppError(
          'store_damaged',
          `the store ${this.#file.path}: collection ${String(row.name)} is unreadable`,
          { hint: REBUILD, cause },
        );
      }
    });
  }

  /** Alias and the key of its collection. */
  aliases(): [string, number][] {
    return [...this.#file.rows('SELECT name, collection FROM aliases')].map((row) => [
      String(row.name),
      Number(row.collection),
    ]);
  }

  /** Returns the new collection's key. */
  add(name: string, config: CollectionConfig): number {
    const json: ConfigJson = {
      vectors: [...config.vectors],
      ...(config.sparse.size > 0 ? { sparse: [...config.sparse] } : {}),
      ...(config.metadata ? { metadata: config.metadata } : {}),
    };
    return Number(this.#insert.get(name, JSON.stringify(json), '[]')?.key);
  }

  /** Its aliases are deleted with it. */
  remove(key: number): void {
    this.#delete.run(key);
  }

  setIndexes(key: number, indexes: ReadonlyMap<string, FieldType>): void {
    this.#setIndexes.run(JSON.stringify([...indexes]), key);
  }

  setOperations(key: number, operations: number): void {
    this.#setOperations.run(operations, key);
  }

  setAlias(name: string, collection: number): void {
    this.#setAlias.run(name, collection);
  }

  removeAlias(name: string): void {
    this.#deleteAlias.run(name);
  }
}
