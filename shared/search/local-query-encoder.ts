import { AppError } from '../errors/index.ts';
import type { CaptionEncoder, CaptionGraph, Dependencies } from '../model/index.ts';
import { captionDependencies } from '../parse/caption-dependencies.ts';
import type { Parser } from '../parse/parser.ts';
import type { RecallTextEncoder } from '../retrieval/recall-encoder.ts';
import { type QueryWord, type Ranking, SEARCH_LIMITS } from '../schema/index.ts';
import { encodeQuery, suggestSpellings, type Vocabulary } from '../text/index.ts';
import { LruCache } from './lru-cache.ts';
import type { EncodedQuery, QueryEncoder } from './ports.ts';

/** The parts that read the queries of one generation. */
export interface QueryModel {
  readonly generation: string;
  /** The collection of the generation's images in the vector database. */
  readonly collection: string;
  /** Images of the generation. */
  readonly images: number;
  readonly ranking: Ranking;
  readonly vocabulary: Vocabulary;
  readonly encoder: CaptionEncoder;
  readonly recall: RecallTextEncoder;
  /** For a model that compares parses. */
  readonly parser?: Parser | undefined;
}

/** The caption graph of a query that was encoded in this process. */
export interface LocalQuery extends EncodedQuery {
  readonly caption: CaptionGraph;
}

/**
 * Encodes queries with the model of one generation, and caches the last ones. The same query requested twice at the
 * same time is encoded once.
 */
export class LocalQueryEncoder implements QueryEncoder {
  readonly #model: QueryModel;
  readonly #kept: boolean;
  readonly #cache: LruCache<LocalQuery>;
  readonly #underWay = new Map<string, Promise<LocalQuery>>();
  readonly #onQuery: (cached: boolean) => void;

  /**
   * @param cacheBytes memory for encoded queries
   * @param kept whether the model may still be used when its generation is not active any more
   */
  constructor(
    model: QueryModel,
    {
      cacheBytes,
      kept = false,
      onQuery = () => {},
    }: {
      readonly cacheBytes: number;
      readonly kept?: boolean | undefined;
      readonly onQuery?: ((cached: boolean) => void) | undefined;
    },
  ) {
    this.#model = model;
    this.#kept = kept;
    this.#cache = new LruCache(cacheBytes);
    this.#onQuery = onQuery;
  }

  /** The backend of the encoder. */
  get backend(): string {
    return this.#model.encoder.backend;
  }

  get cachedBytes(): number {
    return this.#cache.bytes;
  }

  async encode(text: string): Promise<LocalQuery> {
    const known = this.#cache.get(text) ?? this.#underWay.get(text);
    this.#onQuery(known !== undefined);
    if (known !== undefined) return known;
    const work = this.#encode(text).finally(() => this.#underWay.delete(text));
    this.#underWay.set(text, work);
    const query = await work;
    this.#cache.set(
      text,
      query,
      query.caption.words.byteLength + query.coarse.byteLength + 64 * query.words.length,
    );
    return query;
  }

  async #encode(text: string): Promise<LocalQuery> {
    const { generation, collection, images, ranking, vocabulary, encoder, recall, parser } = this.#model;
    const { words, ids } = queryWords(text, vocabulary);
    const [nodes] = await encoder.encodeCaptions([ids]);
    if (nodes === undefined) throw new RangeError('the encoder returned no caption');
    const [coarse] = await recall.encodeTexts([{ text, ids, words: nodes }]);
    if (coarse === undefined) throw new RangeError('the recall encoder returned no vector');
    const dependencies = parser && (await parseWords(parser, words));
    return {
      text,
      generation,
      collection,
      images,
      ranking,
      words: suggestSpellings(words, vocabulary),
      coarse,
      caption: { words: nodes, dependencies },
      kept: this.#kept,
    };
  }
}

/**
 * The words of a query, within the limits.
 *
 * @throws AppError `query_too_long`, `query_empty`.
 */
export function queryWords(text: string, vocabulary: Vocabulary): ReturnType<typeof encodeQuery> {
  const { queryCharacters, queryWords: most } = SEARCH_LIMITS;
  // Characters as people and the schema of a request count them: 🐕 is one.
  const characters = Array.from(text).length;
  if (characters > queryCharacters) throw tooLong(`${characters} characters`, `${queryCharacters}`);
  const encoded = encodeQuery(text, vocabulary);
  if (encoded.words.length === 0) {
    throw new AppError('query_empty', 'the query has no words', { hint: 'describe what the image shows' });
  }
  if (encoded.words.length > most) throw tooLong(`${encoded.words.length} words and marks`, `${most}`);
  return encoded;
}

function tooLong(has: string, most: string): AppError {
  return new AppError('query_too_long', `the query has ${has}, the maximum is ${most}`, {
    hint: 'say it in one sentence',
  });
}

async function parseWords(parser: Parser, words: readonly QueryWord[]): Promise<Dependencies | undefined> {
  const [tree] = await parser.parse([words.map(({ text }) => text)]);
  return tree && captionDependencies(tree);
}
