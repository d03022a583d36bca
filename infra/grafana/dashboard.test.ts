import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EdgeMetrics } from '../../workers/edge/observe/edge-metrics.ts';
import { createMetrics as localMetrics } from '../../workers/qdrant-local/http/metrics.ts';
import { createMetrics as rerankMetrics } from '../../workers/rerank/metrics.ts';

const dashboard = z
  .object({
    panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) })),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'search.json'), 'utf8')));

/** The metrics in the text form of Prometheus, with the names of their samples and labels. */
async function names(): Promise<{
  readonly samples: Set<string>;
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}> {
  const edge = new EdgeMetrics();
  edge.observe({
    route: '/v1/search',
    method: 'GET',
    status: 503,
    milliseconds: 5,
    stages: new Map([['rank', 2]]),
    code: 'timeout',
    search: {
      request: { q: '', limit: 1, offset: 0, exhaustive: false, understand: true, collapse: true },
      stage: 'rerank',
      match: undefined,
      hits: 0,
      degraded: { what: 'order', code: 'timeout' },
    },
  });
  const rerank = rerankMetrics({
    held: () => ({ queries: { running: 1, waiting: 0 } }),
    generations: () => [
      {
        id: 'g',
        active: true,
        images: 1,
        bytes: 1,
        cache: { images: 1, bytes: 1, budget: 1, hits: 1, misses: 1, evictions: 0, bytesRead: 1 } as never,
      },
    ],
  });
  rerank.request('/v1/rank', 200, 1);
  rerank.error('timeout');
  rerank.stage('match', 1);
  rerank.query(true);
  rerank.pairs(1);
  rerank.generationLoad('loaded');
  const local = localMetrics({
    collections: () => 1,
    points: () => [['c', 1]],
    requests: () => ({ running: 0, waiting: 0 }),
  });
  local.response('GET', '/', 200, 1);
  const text = [
    edge.text({ exported: 1, failed: 0, dropped: 0 }),
    await rerank.registry.metrics(),
    await local.registry.metrics(),
  ].join('\n');
  const labels = new Map<string, Set<string>>();
  for (const [, name = '', own = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
    const known = labels.get(name) ?? new Set<string>();
    for (const [, label = ''] of own.matchAll(/(\w+)="/g)) known.add(label);
    labels.set(name, known);
  }
  return { samples: new Set(labels.keys()), labels };
}

describe('the dashboard', () => {
  it('asks for metrics that exist, by labels that they have', async () => {
    const { samples, labels } = await names();
    const wrong = dashboard.panels.flatMap(({ title, targets }) =>
      targets.flatMap(({ expr }) => {
        const used = [...expr.matchAll(/\b(?:gsmn|rest|process)_\w+/g)].map(([name]) => name);
        const by = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
        if (used.length === 0) return [`${title}: no metric`];
        return used.flatMap((name) => [
          ...(samples.has(name) ? [] : [`${title}: ${name}`]),
          ...by
            .filter((label) => !labels.get(name)?.has(label))
            .map((label) => `${title}: ${name} by ${label}`),
        ]);
      }),
    );
    expect(wrong).toEqual([]);
    expect(dashboard.panels.length).toBeGreaterThan(10);
  });
});
