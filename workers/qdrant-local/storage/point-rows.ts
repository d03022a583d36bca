import { crc32 } from 'node:zlib';
import { AppError } from '../../../shared/errors/index.ts';
import type { Payload } from '../schema/common.ts';
import { type PointId, pointIdOfText } from '../schema/point-id.ts';
import type { NamedVectors } from '../schema/vectors.ts';
import { REBUILD } from './sqlite-error.ts';
import type { StoreFile } from './store-file.ts';
import { type VectorNames, vectorBytes, vectorsOfBytes } from './vector-bytes.ts';

export interface StoredPoint {
  /** Key of the row. */
  readonly key: number;
  readonly id: PointId;
  /** Number of the change that wrote it. */
  readonly version: number;
  readonly payload: Payload;
  readonly vectors: NamedVectors;
}

/** The table of one collection's points. Changes run inside a transaction of the caller. */
export class PointRows {
  readonly #file: StoreFile;
  readonly #table: string;
  readonly #config: VectorNames;
  readonly #insert;
  readonly #update;
  readonly #updatePayload;
  readonly #delete;

  constructor(file: StoreFile, collection: number, config: VectorNames) {
    this.#file = file;
    this.#table = tableName(collection);
    this.#config = config;
    const columns = 'version = ?, payload = ?, payload_crc = ?';
    this.#insert = file.prepare(
      `INSERT INTO ${this.#table} (id, version, payload, payload_crc, vectors, vectors_crc) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#update = file.prepare(
      `UPDATE ${this.#table} SET ${columns}, vectors = ?, vectors_crc = ? WHERE key = ?`,
    );
    this.#updatePayload = file.prepare(`UPDATE ${this.#table} SET ${columns} WHERE key = ?`);
    this.#delete = file.prepare(`DELETE FROM ${this.#table} WHERE key = ?`);
  }

  static create(file: StoreFile, collection: number): void {
    file.exec(`
      CREATE TABLE ${tableName(collection)} (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        payload TEXT NOT NULL,
        payload_crc INTEGER NOT NULL,
        vectors BLOB NOT NULL,
        vectors_crc INTEGER NOT NULL
      ) STRICT`);
  }

  static drop(file: StoreFile, collection: number): void {
    file.exec(`DROP TABLE ${tableName(collection)}`);
  }

  /** Writes a whole point to the row `key`, or to a new row. Returns the key of the row. */
  put(key: number | undefined, { id, version, payload, vectors }: Omit<StoredPoint, 'key'>): number {
    const text = JSON.stringify(payload);
    const bytes = vectorBytes(this.#config, vectors);
    const checks = [version, text, payloadCrc(id, text)] as const;
    if (key === undefined) {
      return Number(this.#insert.run(String(id), ...checks, bytes, crc32(bytes)).lastInsertRowid);
    }
    this.#update.run(...checks, bytes, crc32(bytes), key);
    return key;
  }

  putPayload(key: number, id: PointId, version: number, payload: Payload): void {
    const text = JSON.stringify(payload);
    this.#updatePayload.run(version, text, payloadCrc(id, text), key);
  }

  remove(key: number): void {
    this.#delete.run(key);
  }

  count(): number {
    const [row] = this.#file.rows(`SELECT count(*) AS points FROM ${this.#table}`);
    return Number(row?.points);
  }

  /** Every point. Throws `store_damaged`, naming the point. */
  *all(): Generator<StoredPoint> {
    for (const row of this.#file.rows(`SELECT * FROM ${this.#table} ORDER BY key`)) {
      const {
        id: text,
        payload,
        vectors: bytes,
      } = row as { id: string; payload: string; vectors: Uint8Array };
      const where = `the store ${this.#file.path}, point ${text}`;
      const damaged = (what: string) => new AppError('store_damaged', `${where}: ${what}`, { hint: REBUILD });
      const id = pointIdOfText(text);
      if (id === undefined) throw damaged('this is not a point id');
      if (crc32(bytes) !== row.vectors_crc || payloadCrc(id, payload) !== row.payload_crc)
        throw damaged('its bytes do not match their checksum');
      const vectors = vectorsOfBytes(this.#config, bytes);
      if (vectors === undefined) throw damaged('its vectors have another length');
      yield {
        key: Number(row.key),
        id,
        version: Number(row.version),
        payload: JSON.parse(payload) as Payload,
        vectors,
      };
    }
  }
}

function tableName(collection: number): string {
  return `points_${collection}`;
}

function payloadCrc(id: PointId, text: string): number {
  return crc32(text, crc32(String(id)));
}
