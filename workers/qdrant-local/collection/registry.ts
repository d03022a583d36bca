import { AppError } from '../../../shared/errors/index.ts';
import type { AliasAction, CollectionConfig } from '../schema/collections.ts';
import { Catalogue, type StoredCollection } from '../storage/catalogue.ts';
import { PointRows } from '../storage/point-rows.ts';
import { StoreFile } from '../storage/store-file.ts';
import type { HnswOptions } from '../vectors/vector-set.ts';
import { Collection } from './collection.ts';

export interface CollectionRegistryOptions {
  readonly path: string;
  readonly kernel: WebAssembly.Module;
  readonly maxPoints: number;
  readonly hnsw: HnswOptions;
}

/** All collections and aliases of one file. Collections without an alias are read at their first use. */
export class CollectionRegistry {
  readonly #options: CollectionRegistryOptions;
  readonly #file: StoreFile;
  readonly #catalogue: Catalogue;
  readonly #stored = new Map<string, StoredCollection>();
  readonly #loaded = new Map<string, Collection>();
  /** Alias -> collection. */
  #aliases: Map<string, string>;

  constructor(options: CollectionRegistryOptions) {
    this.#options = options;
    this.#file = new StoreFile(options.path);
    try {
      this.#catalogue = new Catalogue(this.#file);
      for (const stored of this.#catalogue.collections()) this.#stored.set(stored.name, stored);
      const names = new Map([...this.#stored.values()].map(({ key, name }) => [key, name]));
      this.#aliases = new Map(this.#catalogue.aliases().map(([alias, key]) => [alias, names.get(key) ?? '']));
      for (const name of this.#aliases.values()) this.collection(name);
    } catch (thrown) {
      this.#file.close();
      throw thrown;
    }
  }

  close(): void {
    for (const { points } of this.#loaded.values()) points.stop();
    this.#loaded.clear();
    this.#file.close();
  }

  /** Id of the file. */
  get id(): string {
    return this.#file.id;
  }

  names(): string[] {
    return [...this.#stored.keys()];
  }

  /** The number of points of each collection that was read. */
  *counts(): Generator<[name: string, points: number]> {
    for (const [name, { points }] of this.#loaded) yield [name, points.count];
  }

  /** Whether a collection or an alias of that name exists. */
  has(name: string): boolean {
    return this.#stored.has(name) || this.#aliases.has(name);
  }

  /** The collection of that name or alias. Throws `not_found`. */
  collection(nameOrAlias: string): Collection {
    const name = this.#aliases.get(nameOrAlias) ?? nameOrAlias;
    const loaded = this.#loaded.get(name);
    if (loaded !== undefined) return loaded;
    const stored = this.#stored.get(name);
    if (stored === undefined) {
      throw new AppError('not_found', `Not found: Collection \`${nameOrAlias}\` doesn't exist!`);
    }
    const collection = new Collection(stored, {
      file: this.#file,
      catalogue: this.#catalogue,
      kernel: this.#options.kernel,
      maxPoints: this.#options.maxPoints,
      hnsw: this.#options.hnsw,
    });
    this.#loaded.set(name, collection);
    return collection;
  }

  create(name: string, config: CollectionConfig): void {
    this.#assertFree(name);
    const key = this.#file.transaction(() => {
      const added = this.#catalogue.add(name, config);
      PointRows.create(this.#file, added);
      return added;
    });
    this.#stored.set(name, { key, name, config, indexes: new Map(), operations: 0 });
  }

  /** Deletes a collection and its aliases, but not by the name of an alias. Returns whether it existed. */
  drop(name: string): boolean {
    const stored = this.#stored.get(name);
    if (stored === undefined) return false;
    this.#file.transaction(() => {
      this.#catalogue.remove(stored.key);
      PointRows.drop(this.#file, stored.key);
    });
    this.#stored.delete(name);
    this.#loaded.get(name)?.points.stop();
    this.#loaded.delete(name);
    for (const [alias, target] of this.#aliases) if (target === name) this.#aliases.delete(alias);
    return true;
  }

  /** Alias and collection, for all collections or for one. */
  aliases(collection?: string): [string, string][] {
    return [...this.#aliases].filter(([, target]) => collection === undefined || target === collection);
  }

  /** Applies all actions or none. Throws `not_found`, `conflict`. */
  changeAliases(actions: readonly AliasAction[]): void {
    const next = new Map(this.#aliases);
    for (const action of actions) this.#step(next, action);
    // A collection that cannot be read must not become active.
    for (const target of new Set(next.values())) this.collection(target);
    this.#file.transaction(() => {
      for (const alias of this.#aliases.keys()) if (!next.has(alias)) this.#catalogue.removeAlias(alias);
      for (const [alias, target] of next) {
        if (this.#aliases.get(alias) !== target) this.#catalogue.setAlias(alias, this.collection(target).key);
      }
    });
    this.#aliases = next;
  }

  #step(aliases: Map<string, string>, action: AliasAction): void {
    if ('create_alias' in action) {
      const { alias_name, collection_name } = action.create_alias;
      if (this.#stored.has(alias_name)) this.#assertFree(alias_name);
      if (!this.#stored.has(collection_name)) {
        throw new AppError('not_found', `Not found: Collection \`${collection_name}\` doesn't exist!`);
      }
      aliases.set(alias_name, collection_name);
    } else if ('delete_alias' in action) {
      aliases.delete(action.delete_alias.alias_name);
    } else {
      const { old_alias_name, new_alias_name } = action.rename_alias;
      const target = aliases.get(old_alias_name);
      if (target === undefined) {
        throw new AppError('not_found', `Not found: Alias \`${old_alias_name}\` doesn't exist!`);
      }
      if (this.#stored.has(new_alias_name)) this.#assertFree(new_alias_name);
      aliases.delete(old_alias_name);
      aliases.set(new_alias_name, target);
    }
  }

  #assertFree(name: string): void {
    if (!this.has(name)) return;
    const what = this.#stored.has(name) ? 'Collection' : 'Alias';
    throw new AppError('conflict', `Wrong input: ${what} \`${name}\` already exists!`);
  }
}
