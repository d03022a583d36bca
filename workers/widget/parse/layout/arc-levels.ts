/**
 * The level above the words for the arc of each word to its head, counted from 1. Arcs that overlap inside have different levels,
 * longer ones higher. The root's is above all. `heads` count words from 1; 0 is the root's.
 */
export function arcLevels(heads: readonly number[]): number[] {
  const levels = heads.map(() => 0);
  const spans = heads.flatMap((head, dependent) =>
    head === 0
      ? []
      : [{ dependent, left: Math.min(dependent, head - 1), right: Math.max(dependent, head - 1) }],
  );
  spans.sort((a, b) => a.right - a.left - (b.right - b.left) || a.left - b.left);
  for (const [index, { dependent, left, right }] of spans.entries()) {
    const below = spans
      .slice(0, index)
      .filter((span) => span.left < right && left < span.right)
      .map((span) => levels[span.dependent] ?? 0);
    levels[dependent] = 1 + Math.max(0, ...below);
  }
  const highest = Math.max(0, ...levels);
  return levels.map((level, word) => (heads[word] === 0 ? highest + 1 : level));
}
