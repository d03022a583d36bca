import type { CaptionEncoder } from '../../../shared/model/index.ts';
import type { CoarseHead } from '../../../shared/retrieval/coarse-head.ts';
import { LruCache } from '../lru-cache.ts';

/** A query as the network and the coarse head see it. */
export interface QueryNodes {
  /** `[L, D]`. */
  readonly words: Float32Array;
  /** Unit vector. */
  readonly coarse: Float32Array;
}

/** Encodes queries and remembers the last ones; the same query asked twice at once is encoded once. */
export class QueryEncoder {
  readonly #encoder: CaptionEncoder;
  readonly #head: CoarseHead;
  readonly #cache: LruCache<QueryNodes>;
  readonly #underWay = new Map<string, Promise<QueryNodes>>();

  constructor(encoder: CaptionEncoder, head: CoarseHead, cacheBytes: number) {
    this.#encoder = encoder;
    this.#head = head;
    this.#cache = new LruCache(cacheBytes);
  }

  /** What encodes. */
  get backend(): string {
    return this.#encoder.backend;
  }

  get cachedBytes(): number {
    return this.#cache.bytes;
  }

  /** Nodes and coarse vector of word ids (with `<start>` and `<end>`), and whether they were known already. */
  async encode(ids: readonly number[]): Promise<{ readonly nodes: QueryNodes; readonly cached: boolean }> {
    const key = ids.join(' ');
    const known = this.#cache.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) return { nodes: await known, cached: true };
    const work = this.#encode(ids).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, work);
    const nodes = await work;
    this.#cache.set(key, nodes, nodes.words.byteLength + nodes.coarse.byteLength + 2 * key.length);
    return { nodes, cached: false };
  }

  async #encode(ids: readonly number[]): Promise<QueryNodes> {
    const [words] = await this.#encoder.encodeCaptions([ids]);
    if (words === undefined) throw new RangeError('the encoder returned no caption');
    return { words, coarse: this.#head.textVector({ ids, words }) };
  }
}
