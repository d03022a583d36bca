import type { MatchPrecision, ModelConfig } from '../../../shared/schema/index.ts';

/** Sizes of a pair: R, L. */
export interface PairSizes {
  readonly regions: number;
  readonly words: number;
}

/** Multiply-adds of one pair, by part, as in the fused kernel (docs/performance.md). */
export function multiplyAdds(
  { regions: R, words: L }: PairSizes,
  config: ModelConfig,
  precision: MatchPrecision = 'f32',
) {
  const { jointSize: D, blocks: T, hiddenSize: H, propagation } = config;
  const d = D / T;
  const i8 = precision === 'i8';
  const norms = (attending: number, attended: number) => attending * T * normOf(attended, d, i8);
  const neighbours = propagation === 'neighbours';
  const parts = {
    products: R * L * D,
    wordNorms: norms(L, R),
    regionNorms: norms(R, L),
    cosines: 2 * R * L * T,
    imageGraph: R * (T * H + H * H + H) + (neighbours ? R * R * H : 0),
    captionGraph: L * (T * H + H) + (neighbours ? L * L * H : 0),
  };
  return {
    ...parts,
    all: Object.values(parts).reduce((sum, part) => sum + part, 0),
    /** The multiply-adds in bytes. */
    ofBytes: i8 ? parts.products + parts.wordNorms + parts.regionNorms : 0,
  };
}

/**
 * A squared norm of a context over `n` nodes: by Gram matrices or by the contexts themselves, whichever needs fewer; in
 * bytes by triangular factors of min(n, d) rows.
 */
function normOf(n: number, d: number, i8: boolean): number {
  if (!i8) return Math.min((n * (n + 1)) / 2, n * d);
  const rows = Math.min(n, d);
  return rows * n - (rows * (rows - 1)) / 2;
}
