/** A row or a column of a similarity matrix, in place. */
export interface Scores {
  readonly values: Float32Array;
  readonly start: number;
  /** Distance between two of its scores. */
  readonly stride: number;
  readonly count: number;
}

/** The positions of the highest scores, best first; of equal scores the later position comes first, as in the recalls. */
export function topRanked({ values, start, stride, count }: Scores, limit: number): number[] {
  const best: number[] = [];
  const scoreAt = (position: number): number => values[start + position * stride] ?? Number.NEGATIVE_INFINITY;
  for (let position = 0; position < count; position++) {
    const score = scoreAt(position);
    let place = best.length;
    while (place > 0 && scoreAt(best[place - 1] ?? 0) <= score) place--;
    if (place >= limit) continue;
    best.splice(place, 0, position);
    best.length = Math.min(best.length, limit);
  }
  return best;
}
