import { RANK_LIMITS } from '../../shared/schema/index.ts';

/** What the service allows itself and its callers. */
export interface RerankSettings {
  /** Requests that are worked on at once. */
  readonly concurrency: number;
  /** Requests that wait behind them; more are refused as `overloaded`. */
  readonly queue: number;
  /** The longest that a request may take, in milliseconds; a caller's `x-timeout-ms` can only shorten it. */
  readonly timeoutMs: number;
  /** How long requests may still run after the service was told to close, in milliseconds. */
  readonly graceMs: number;
  /** Memory for encoded queries, in bytes. */
  readonly queryCacheBytes: number;
  /** Memory for one generation's images, in bytes. While generations switch two are held. */
  readonly memoryBytes: number;
  /** Images of a generation that may be ranked exhaustively; 0 refuses it. */
  readonly exhaustiveImages: number;
  /** How often the active generation is looked up, in milliseconds. */
  readonly pollMs: number;
  /** Pause before a generation that could not be loaded is tried again, in milliseconds. */
  readonly retryMs: number;
  /** Regions reported for a word at most, and the attention from which on a region is reported. */
  readonly evidence: { readonly regions: number; readonly weight: number };
  readonly limits: Readonly<Record<keyof typeof RANK_LIMITS, number>>;
}

export const DEFAULT_SETTINGS: RerankSettings = {
  concurrency: 16,
  queue: 128,
  timeoutMs: 30_000,
  graceMs: 5000,
  queryCacheBytes: 64 << 20,
  memoryBytes: 2 ** 31,
  exhaustiveImages: 10_000,
  pollMs: 1000,
  retryMs: 15_000,
  evidence: { regions: 5, weight: 0.05 },
  limits: RANK_LIMITS,
};
