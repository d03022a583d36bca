import type { ModelConfig } from '../../../shared/schema/index.ts';

/** Sizes of a pair: R, L. */
export interface PairSizes {
  readonly regions: number;
  readonly words: number;
}

/** Multiply-adds of one pair, by part, as the fused kernel does them (docs/performance.md). */
export function multiplyAdds({ regions: R, words: L }: PairSizes, config: ModelConfig) {
  const { jointSize: D, blocks: T, hiddenSize: H, propagation } = config;
  const d = D / T;
  // Squared norms of contexts: by Gram matrices or by the contexts themselves, whichever is less.
  const norms = (attending: number, attended: number) =>
    attending * T * Math.min((attended * (attended + 1)) / 2, attended * d);
  const neighbours = propagation === 'neighbours';
  const parts = {
    products: R * L * D,
    wordNorms: norms(L, R),
    regionNorms: norms(R, L),
    cosines: 2 * R * L * T,
    imageGraph: R * (T * H + H * H + H) + (neighbours ? R * R * H : 0),
    textGraph: L * (T * H + H) + (neighbours ? L * L * H : 0),
  };
  return { ...parts, all: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
