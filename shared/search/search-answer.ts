import { AppError } from '../errors/index.ts';
import type { FacetCount } from '../filter/count-facets.ts';
import { type QueryTraits, relevance } from '../retrieval/relevance.ts';
import type {
  Channel,
  ImagePayload,
  IndexFields,
  Match,
  PackedEvidence,
  QueryWord,
} from '../schema/index.ts';
import type {
  AlikeImages,
  Candidate,
  EncodedQuery,
  RankedImage,
  RankedPage,
  RankedSentence,
} from './ports.ts';

/** What an answer lacks, and why. */
export interface Degradation {
  readonly what: 'order' | 'evidence';
  readonly code: 'timeout' | 'overloaded' | 'rerank_unavailable';
}

export interface Hit {
  /** The image's ordinal. */
  readonly id: number;
  /** The stage that ordered it: full GSMN, or recall alone. */
  readonly stage: 'rerank' | 'recall';
  /** The fused score; if the stage is `recall`, the cosine of the coarse vectors. */
  readonly score: number;
  readonly coarse: number;
  /** How well its captions fit; undefined if they were not searched, or not compared with those of this image. */
  readonly captions?: number | undefined;
  /** Through which channels recall found it; undefined if captions were not searched, and if every image was compared. */
  readonly channels?: readonly Channel[] | undefined;
  /** The GSMN score, if the stage is `rerank`. */
  readonly gsmn?: number | undefined;
  /** What each of several sentences says of it, in their order. */
  readonly sentences?: readonly RankedSentence[] | undefined;
  /** The probability that it fits the query; undefined if the model is not calibrated, for combined queries, and if its captions raised the score. */
  readonly relevance?: number | undefined;
  readonly image: ImagePayload;
  readonly evidence?: PackedEvidence | undefined;
  /** The images that it stands for: how many, and the best of them, without evidence. */
  readonly alike?: { readonly count: number; readonly hits: readonly Hit[] } | undefined;
}

export interface SearchAnswer {
  readonly query: string;
  /** Several sentences, in their order; what else is said of a sentence is then of the first. */
  readonly sentences?:
    | readonly (Pick<EncodedQuery, 'text' | 'words' | 'searched' | 'understood' | 'without'> & {
        readonly weight: number;
      })[]
    | undefined;
  readonly words: readonly QueryWord[];
  /** The words that evidence names. */
  readonly searched: readonly string[];
  /** The sentence that was searched, if words were replaced or left out. */
  readonly understood?: string | undefined;
  /** The phrases that the query denies. */
  readonly without?: readonly string[] | undefined;
  readonly generation: string;
  /** What its index declares of the metadata. */
  readonly fields?: IndexFields | undefined;
  /** Whether GSMN took part in the order of the page. */
  readonly stage: 'rerank' | 'recall';
  /** The backend that compared, and how many images; absent if none were compared. */
  readonly compared?: Pick<RankedPage, 'backend' | 'compared' | 'took'> | undefined;
  readonly degraded?: Degradation | undefined;
  /** The filter as it was read, and how many images pass. */
  readonly filtered?: { readonly filter: string; readonly images: number } | undefined;
  /** By field: how often its values occur among the images that were compared. */
  readonly facets?: Readonly<Record<string, readonly FacetCount[]>> | undefined;
  /** Whether the best image fits; undefined if hits have no relevance. */
  readonly match?: Match | undefined;
  /** Hits among the images that were compared, on all pages; undefined if the ranker does not say. */
  readonly total?: number | undefined;
  /** Whether further hits follow, compared or not. Of images that look alike, those that follow may all belong to earlier hits. */
  readonly more: boolean;
  readonly hits: readonly Hit[];
}

/** An image that was ranked, or only recalled. */
export interface FoundImage extends Candidate, Omit<Partial<RankedImage>, keyof Candidate | 'alike'> {
  readonly alike?: AlikeImages<FoundImage> | undefined;
}

/** A hit of an image that was found. @throws AppError `not_found` if its payload is gone. */
export function hitOf(
  { id, coarse, captions, channels, score, gsmn, evidence, sentences, payload, alike }: FoundImage,
  payloads: ReadonlyMap<number, ImagePayload>,
  query: EncodedQuery,
  traits: QueryTraits,
): Hit {
  const image = payload ?? payloads.get(id);
  // When a collection is deleted, its points are gone before its name.
  if (image === undefined)
    throw new AppError('not_found', `collection ${query.collection} has no point ${id}`);
  const others = alike && {
    count: alike.count,
    hits: alike.images.map((other) => hitOf(other, payloads, query, traits)),
  };
  // It is fitted to the scores of one sentence, and of pixels.
  const calibration = query.combined || captions ? undefined : query.ranking.calibration;
  const fits = calibration && {
    relevance: relevance(calibration, score === undefined ? 'recall' : 'rerank', traits, score ?? coarse),
  };
  return {
    ...(score === undefined
      ? { id, stage: 'recall', score: coarse, coarse, ...fits, image }
      : {
          id,
          stage: 'rerank',
          score,
          coarse,
          gsmn,
          ...fits,
          image,
          ...(evidence ? { evidence } : {}),
          ...(sentences ? { sentences } : {}),
        }),
    ...(captions === undefined ? {} : { captions }),
    ...(channels === undefined ? {} : { channels }),
    ...(others ? { alike: others } : {}),
  };
}
