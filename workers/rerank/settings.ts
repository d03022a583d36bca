import { RANK_LIMITS } from '../../shared/schema/index.ts';

/** Limits of the service and its callers. */
export interface RerankSettings {
  /** Requests of each kind that run at the same time. */
  readonly concurrency: number;
  /** Requests that wait behind them; more are refused as `overloaded`. */
  readonly queue: number;
  /** Maximum duration of a request, in milliseconds; a caller's `x-timeout-ms` can only shorten it. */
  readonly timeoutMs: number;
  /** How long requests may still run after the service was asked to close, in milliseconds. */
  readonly graceMs: number;
  /** Memory for encoded queries, in bytes. */
  readonly queryCacheBytes: number;
  /** Memory for the images of one generation, in bytes. While generations switch, two are held. */
  readonly memoryBytes: number;
  /** Size of the largest generation that may be ranked exhaustively, in images; 0 for none. */
  readonly exhaustiveImages: number;
  /** How often the active generation is looked up, in milliseconds. */
  readonly pollMs: number;
  /** Pause before a generation that failed to load is tried again, in milliseconds. */
  readonly retryMs: number;
  /** Maximum number of regions reported for a word, and the minimum attention of a reported region. */
  readonly evidence: { readonly regions: number; readonly weight: number };
  /** The largest image file that is encoded, in bytes. */
  readonly imageBytes: number;
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
  imageBytes: 32 << 20,
  limits: RANK_LIMITS,
};
