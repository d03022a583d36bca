import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counter, Histogram, metricsText } from './metric-registry.ts';

describe('metrics', () => {
  it('have the text form of Prometheus', () => {
    const counter = new Counter('a_total', 'What is counted');
    counter.add({ route: '/v1/search', code: 'a "b" \\ \n' });
    counter.add({ route: '/v1/search', code: 'a "b" \\ \n' }, 2);
    const histogram = new Histogram('b_seconds', 'What is timed', [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe({ stage: 'rank' }, value);
    expect(metricsText([counter, histogram])).toBe(`# HELP a_total What is counted
# TYPE a_total counter
a_total{route="/v1/search",code="a \\"b\\" \\\\ \\n"} 3
# HELP b_seconds What is timed
# TYPE b_seconds histogram
b_seconds_bucket{stage="rank",le="0.1"} 2
b_seconds_bucket{stage="rank",le="1"} 3
b_seconds_bucket{stage="rank",le="+Inf"} 4
b_seconds_sum{stage="rank"} 7.65
b_seconds_count{stage="rank"} 4
`);
  });

  it('count each value in every bucket that it fits in', () => {
    const bounds = [1, 2, 5, 10];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 })), (values) => {
        const histogram = new Histogram('h', 'x', bounds);
        for (const value of values) histogram.observe({}, value);
        const text = histogram.text();
        for (const bound of bounds) {
          const expected = values.filter((value) => value <= bound).length;
          if (values.length > 0) expect(text).toContain(`h_bucket{le="${bound}"} ${expected}\n`);
        }
      }),
    );
  });
});
