import type { Visible } from '../filter/resolve-filter.ts';
import type { Channel, Denied, FilterTree } from '../schema/index.ts';
import type { Fields, Payloads, QueryEncoder, Ranker, Recall, Vectors } from './ports.ts';
import type { SearchAnswer } from './search-answer.ts';

/** One of several sentences, and how much it counts among them. */
export interface WeightedSentence {
  readonly q: string;
  readonly weight: number;
}

export interface SearchRequest {
  /** What images should show: a sentence, or several, whose scores count by their weights. */
  readonly q: string | readonly WeightedSentence[];
  /** What they should not show (phrases), or not look like (images): such images are ranked lower. */
  readonly not?: Denied | undefined;
  readonly limit: number;
  readonly offset: number;
  /** Compares every image instead of a shortlist. */
  readonly exhaustive: boolean;
  /** Whether the query is read as it was meant, and not only as it is written. */
  readonly understand: boolean;
  /** Whether of images that look alike only the best is a hit, which names the others. */
  readonly collapse: boolean;
  /** Which images are searched; all by default. */
  readonly filter?: FilterTree | undefined;
  /** Fields whose values are counted among the images that are compared. */
  readonly facets?: readonly string[] | undefined;
  /** What recall goes over; all that the index has by default. Without `captions` these play no part at all. */
  readonly channels?: readonly Channel[] | undefined;
  /** The generation that is searched, of which the images of `not` are; the active one by default. */
  readonly generation?: string | undefined;
}

export interface SearchParts {
  readonly encoder: QueryEncoder;
  readonly recall: Recall;
  readonly ranker: Ranker;
  readonly payloads: Payloads;
  readonly vectors: Vectors;
  readonly fields: Fields;
  /** The images that the caller may see at all; all by default. */
  readonly within?: FilterTree | undefined;
  /** Whose fields may be used. */
  readonly visible: Visible;
  /** Whether recall's order is the answer if ranking a shortlist fails; otherwise the search fails. */
  readonly degrade: boolean;
  /**
   * Gets the answer in recall's order while the shortlist is ranked: complete but for what ranking adds. Not called if ranking is done first,
   * and not for an exhaustive search.
   */
  readonly onRecalled?: ((answer: SearchAnswer) => void) | undefined;
  /** Runs a stage and records how long it took. */
  readonly time?: ((stage: SearchStage, work: () => Promise<unknown>) => Promise<unknown>) | undefined;
}

export type SearchStage = 'encode' | 'filter' | 'recall' | 'rank' | 'facets' | 'payloads';
