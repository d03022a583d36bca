/** A point of a curve in its own units. */
export type Point = readonly [x: number, y: number];

/**
 * The exponential running mean of a series, without a bias towards zero at its start:
 * `m_i = Σ_j w^(i-j) y_j / Σ_j w^(i-j)`.
 *
 * @param span number of values in the mean: `w = exp(-1 / span)`.
 */
export function runningMean(values: readonly number[], span: number): number[] {
  const keep = Math.exp(-1 / span);
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    sum = sum * keep + value;
    weight = weight * keep + 1;
    return sum / weight;
  });
}

/**
 * A curve with at most two points in a bucket, its lowest and its highest: all that a line of that many pixels can
 * show, including spikes. Curves with fewer points are not changed.
 */
export function envelope(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= 2 * buckets) return points;
  const kept: Point[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * points.length) / buckets);
    const to = Math.floor(((bucket + 1) * points.length) / buckets);
    const inside = points.slice(from, to);
    const low = inside.reduce((least, point) => (point[1] < least[1] ? point : least));
    const high = inside.reduce((most, point) => (point[1] > most[1] ? point : most));
    if (low === high) kept.push(low);
    else kept.push(...(low[0] < high[0] ? [low, high] : [high, low]));
  }
  return kept;
}
