import { AppError } from '../errors/index.ts';
import type { CaptionEncoder, CaptionGraph, Dependencies } from '../model/index.ts';
import { captionDependencies } from '../parse/caption-dependencies.ts';
import type { Parser } from '../parse/parser.ts';
import type { RecallTextEncoder } from '../retrieval/recall-encoder.ts';
import { type IndexFields, type Ranking, SEARCH_LIMITS } from '../schema/index.ts';
import {
  type ReadQuery,
  readAsWritten,
  understandPhrase,
  understandQuery,
  type Vocabulary,
} from '../text/index.ts';
import { awayFrom } from './denied.ts';
import { LruCache } from './lru-cache.ts';
import type { AskedQuery, EncodedQuery, QueryEncoder } from './ports.ts';

/** The parts that read the queries of one generation. */
export interface QueryModel {
  readonly generation: string;
  /** The collection of the generation's images in the vector database. */
  readonly collection: string;
  /** Images of the generation. */
  readonly images: number;
  readonly ranking: Ranking;
  /** Whether images of the generation are in groups that look alike. */
  readonly grouped: boolean;
  /** By which fields its images are filtered. */
  readonly fields?: IndexFields | undefined;
  readonly vocabulary: Vocabulary;
  readonly encoder: CaptionEncoder;
  readonly recall: RecallTextEncoder;
  /** For a model that compares parses. */
  readonly parser?: Parser | undefined;
}

/** What the encoders make of a query. */
type Encoded = Pick<LocalQuery, 'coarse' | 'caption'>;

/** The caption graph of a query that was encoded in this process. */
export interface LocalQuery extends Omit<EncodedQuery, 'combined'> {
  readonly caption: CaptionGraph;
}

/**
 * Encodes queries with the model of one generation, and caches the last ones. The same query requested twice at the
 * same time is encoded once.
 */
export class LocalQueryEncoder implements QueryEncoder {
  readonly #model: QueryModel;
  readonly #kept: boolean;
  readonly #cache: LruCache<Encoded>;
  readonly #underWay = new Map<string, Promise<Encoded>>();
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

  async encode({ text, understand, not }: AskedQuery): Promise<LocalQuery> {
    const { generation, collection, images, ranking, grouped, fields } = this.#model;
    const read = this.#read(text, understand, not);
    const { written, words, understood, without } = read;
    return {
      ...(await this.#encoded(read)),
      text,
      understand,
      not,
      generation,
      collection,
      images,
      ranking,
      grouped,
      fields,
      words: written,
      searched: words,
      understood,
      without: without.length === 0 ? undefined : without.map(({ phrase }) => phrase),
      kept: this.#kept,
    };
  }

  /** The query with all that it denies: by its own words, and the phrases that are denied beside it. */
  #read(text: string, understand: boolean, not: readonly string[] = []): ReadQuery {
    const { vocabulary, recall } = this.#model;
    const read = readQuery(text, (query) =>
      understand ? understandQuery(query, vocabulary, recall.reads) : readAsWritten(query, vocabulary),
    );
    const denied = not.map((phrase) => {
      const sentence = understand
        ? understandPhrase(phrase, vocabulary, recall.reads)
        : readAsWritten(phrase, vocabulary);
      checkPhrase(phrase, sentence.words.length);
      return { phrase, words: sentence.words, ids: sentence.ids, text: sentence.text };
    });
    return { ...read, without: [...read.without, ...denied] };
  }

  /** From the cache: what is read from two queries may be the same. */
  async #encoded(read: ReadQuery): Promise<Encoded> {
    const key = JSON.stringify([read, ...read.without].map(({ ids, text }) => [ids, text]));
    const known = this.#cache.get(key) ?? this.#underWay.get(key);
    this.#onQuery(known !== undefined);
    if (known !== undefined) return known;
    const work = this.#encode(read).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, work);
    const encoded = await work;
    const { caption, coarse } = encoded;
    this.#cache.set(key, encoded, caption.words.byteLength + coarse.byteLength + 2 * key.length);
    return encoded;
  }

  async #encode(read: ReadQuery): Promise<Encoded> {
    const { encoder, recall, parser } = this.#model;
    const sentences = [read, ...read.without];
    const nodes = await encoder.encodeCaptions(sentences.map(({ ids }) => [...ids]));
    const texts = sentences.map(({ text, ids }, index) => ({
      text,
      ids,
      words: nodes[index] as Float32Array,
    }));
    const [coarse, ...denied] = await recall.encodeTexts(texts);
    const [words] = nodes;
    if (words === undefined || coarse === undefined) throw new RangeError('the encoders returned nothing');
    const dependencies = parser && (await parseWords(parser, read.words));
    return { coarse: awayFrom(coarse, denied), caption: { words, dependencies } };
  }
}

/**
 * Reads a query within the limits.
 *
 * @throws AppError `query_too_long`, `query_empty`.
 */
export function readQuery<Read extends Pick<ReadQuery, 'written' | 'words' | 'without'>>(
  text: string,
  read: (text: string) => Read,
): Read {
  const { queryCharacters, queryWords: most } = SEARCH_LIMITS;
  // Characters as people and the schema of a request count them: 🐕 is one.
  const characters = Array.from(text).length;
  if (characters > queryCharacters) throw tooLong(`${characters} characters`, `${queryCharacters}`);
  const query = read(text);
  const { written, words, without } = query;
  if (written.length === 0) {
    throw new AppError('query_empty', 'the query has no words', { hint: 'describe what the image shows' });
  }
  if (words.length === 0) {
    const denied = without.map(({ phrase }) => `"${phrase}"`).join(', ');
    throw new AppError('query_empty', `the query says only what images should not show: ${denied}`, {
      hint: 'say what they should show, too',
    });
  }
  const count = Math.max(written.length, words.length);
  if (count > most) throw tooLong(`${count} words and marks`, `${most}`);
  return query;
}

/** @throws AppError `query_too_long`, `query_empty`. */
function checkPhrase(phrase: string, words: number): void {
  const { queryWords: most } = SEARCH_LIMITS;
  if (words > most) throw tooLong(`${words} words and marks in what it denies`, `${most}`);
  if (words > 0) return;
  throw new AppError('query_empty', `not: "${phrase}" has no words`, {
    hint: 'say what the image should not show',
  });
}

function tooLong(has: string, most: string): AppError {
  return new AppError('query_too_long', `the query has ${has}, the maximum is ${most}`, {
    hint: 'say it in one sentence',
  });
}

async function parseWords(parser: Parser, words: readonly string[]): Promise<Dependencies | undefined> {
  const [tree] = await parser.parse([[...words]]);
  return tree && captionDependencies(tree);
}
