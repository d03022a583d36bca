import { Buffer } from 'node:buffer';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import {
  type encodedQuerySchema,
  type RankResponse,
  type rankRequestSchema,
  SEARCH_LIMITS,
} from '../../../shared/schema/index.ts';
import type { LocalRankRequest } from '../../../shared/search/local-ranker.ts';
import type { SearchGeneration } from '../../../shared/search/search-generation.ts';

/** The part of a time limit that is reserved for sending the response: this share, and at least this many milliseconds. */
const RESERVE = { share: 0.1, ms: 10 };

export interface RankContext {
  readonly signal: AbortSignal;
  /** When the caller stops waiting, by `performance.now()`. */
  readonly deadline: number;
  /** Id of the generation that is active. */
  readonly active: string;
}

/** Handles `POST /v1/rank`: a page of images in their order, with evidence and payloads. */
export async function rankImages(
  request: z.output<typeof rankRequestSchema>,
  generation: SearchGeneration,
  { signal, deadline, active }: RankContext,
): Promise<RankResponse> {
  const { candidates, captions, collapse, offset, limit } = request;
  const left = deadline - performance.now();
  const ranked = await generation.ranker.rank(
    {
      query: await readQuery(request, generation),
      candidates: candidates === 'all' ? 'all' : candidates.map(([id, coarse]) => ({ id, coarse })),
      captions: captions && {
        indices: Uint32Array.from(captions.indices),
        values: Float32Array.from(captions.weights),
      },
      collapse,
      offset,
      limit,
      evidenceUntil: deadline - Math.max(RESERVE.ms, RESERVE.share * left),
    },
    { signal },
  );
  const images = ranked.images.map(({ alike, sentences, ...image }) => ({
    ...image,
    ...(sentences === undefined ? {} : { sentences: [...sentences] }),
    ...(alike === undefined ? {} : { alike: { count: alike.count, images: [...alike.images] } }),
  }));
  return { generation: generation.manifest.id, active, ...ranked, images };
}

/** The query in any of its forms. @throws AppError `request_invalid` for numbers that do not fit the model. */
async function readQuery(
  { query, understand, not }: Pick<z.output<typeof rankRequestSchema>, 'query' | 'understand' | 'not'>,
  generation: SearchGeneration,
): Promise<LocalRankRequest['query']> {
  const { dimensions } = generation.manifest.coarse;
  if (typeof query === 'string') return generation.queries.encode({ text: query, understand, not });
  const coarse = floats('query.coarse', query.coarse, dimensions, LARGEST_COARSE);
  if ('nodes' in query) return { ...decodeSentence(query, generation), coarse };
  const sentences = await Promise.all(
    query.sentences.map(async ({ sentence, share }) => {
      const read =
        typeof sentence === 'string'
          ? await generation.queries.encode({ text: sentence, understand })
          : decodeSentence(sentence, generation);
      return { ...read, share };
    }),
  );
  const [first] = sentences;
  if (first === undefined) throw new RangeError('a combination has a sentence');
  return { ...first, coarse, combined: { sentences, length: query.length } };
}

function decodeSentence(
  { words, nodes, dependencies }: Omit<z.output<typeof encodedQuerySchema>, 'coarse'>,
  { manifest: { model } }: SearchGeneration,
): Pick<LocalRankRequest['query'], 'caption' | 'searched'> {
  if (words.length > SEARCH_LIMITS.queryWords) {
    throw new AppError(
      'request_invalid',
      `query.words: ${words.length} words, the maximum is ${SEARCH_LIMITS.queryWords}`,
    );
  }
  const rows = words.length + 2;
  const caption = {
    words: floats('query.nodes', nodes, rows * model.config.jointSize, LARGEST_NODE),
    dependencies: dependencies?.filter(([head, dependent]) => inside(head, rows) && inside(dependent, rows)),
  };
  if (caption.dependencies?.length !== dependencies?.length) {
    throw new AppError('request_invalid', `query.dependencies: a word is not one of ${words.length}`);
  }
  return { searched: words, caption };
}

/** Whether a word (0 for the root, then counted from 1) is within a caption of `rows` rows. */
function inside(word: number, rows: number): boolean {
  return word >= 0 && word < rows - 1;
}

/** Nodes have a norm of 1, or not much more in a model without normalisation; squares of larger numbers would overflow. */
const LARGEST_NODE = 1e6;
/** Coarse vectors have a norm of 1, up to rounding. */
const LARGEST_COARSE = 1.01;

function floats(name: string, base64: string, length: number, largest: number): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 4 * length) {
    throw new AppError(
      'request_invalid',
      `${name}: ${bytes.length} bytes, expected ${length} float32 numbers`,
      {
        hint: 'encode the query with the model of the generation that the request names',
      },
    );
  }
  // A copy, because a Buffer of Node may start at any byte.
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  if (values.every((value) => Math.abs(value) <= largest)) return values;
  throw new AppError('request_invalid', `${name}: numbers must be between -${largest} and ${largest}`);
}
