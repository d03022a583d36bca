/** A stream of queries in which the n-th most frequent one is asked with a probability in proportion to 1/n (Zipf's law). */
export function zipfStream(queries: readonly string[], length: number, random: () => number): string[] {
  const sums: number[] = [];
  for (const place of queries.keys()) sums.push((sums.at(-1) ?? 0) + 1 / (place + 1));
  const whole = sums.at(-1) ?? 0;
  return Array.from({ length }, () => {
    const point = random() * whole;
    return queries[sums.findIndex((sum) => point < sum)] ?? '';
  });
}
