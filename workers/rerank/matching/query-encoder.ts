import type { CaptionEncoder } from '../../../shared/model/index.ts';
import type { RecallTextEncoder } from '../../../shared/retrieval/recall-encoder.ts';
import { LruCache } from '../lru-cache.ts';

/** A query as the network and the recall encoder see it. */
export interface QueryNodes {
  /** `[L, D]`. */
  readonly words: Float32Array;
  /** Unit vector. */
  readonly coarse: Float32Array;
}

/** Encodes queries and remembers the last ones; the same query asked twice at once is encoded once. */
export class QueryEncoder {
  readonly #encoder: CaptionEncoder;
  readonly #recall: RecallTextEncoder;
  readonly #cache: LruCache<QueryNodes>;
  readonly #underWay = new Map<string, Promise<QueryNodes>>();

  constructor(encoder: CaptionEncoder, recall: RecallTextEncoder, cacheBytes: number) {
    this.#encoder = encoder;
    this.#recall = recall;
    this.#cache = new LruCache(cacheBytes);
  }

  /** What encodes. */
  get backend(): string {
    return this.#encoder.backend;
  }

  get cachedBytes(): number {
    return this.#cache.bytes;
  }

  /**
   * Nodes and coarse vector of a query, and whether they were known already.
   *
   * @param ids its words, with `<start>` and `<end>`.
   * @param text as written.
   */
  async encode(
    ids: readonly number[],
    text: string,
  ): Promise<{ readonly nodes: QueryNodes; readonly cached: boolean }> {
    // Queries of the same words are the same unless the recall encoder reads how they are written.
    const key = this.#recall.needs.includes('text') ? text : ids.join(' ');
    const known = this.#cache.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) return { nodes: await known, cached: true };
    const work = this.#encode(ids, text).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, work);
    const nodes = await work;
    this.#cache.set(key, nodes, nodes.words.byteLength + nodes.coarse.byteLength + 2 * key.length);
    return { nodes, cached: false };
  }

  async #encode(ids: readonly number[], text: string): Promise<QueryNodes> {
    const [words] = await this.#encoder.encodeCaptions([ids]);
    if (words === undefined) throw new RangeError('the encoder returned no caption');
    const [coarse] = await this.#recall.encodeTexts([{ text, ids, words }]);
    if (coarse === undefined) throw new RangeError('the recall encoder returned no vector');
    return { words, coarse };
  }
}
