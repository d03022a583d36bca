import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import { analyticsObserver } from '../../../workers/edge/observe/analytics.ts';
import { EdgeMetrics } from '../../../workers/edge/observe/edge-metrics.ts';
import type { EndedRequest } from '../../../workers/edge/observe/observation.ts';
import { type EdgeChanges, edge } from './fakes.ts';

const TOKEN = 'a token of the metrics';

function observed(changes: EdgeChanges = {}) {
  const metrics = new EdgeMetrics();
  const { app, log } = edge({
    observedBy: { observers: [metrics.observe] },
    metrics: { metrics, token: TOKEN },
    ...changes,
  });
  const read = async (authorization = `Bearer ${TOKEN}`) =>
    app.request('/metrics', { headers: { authorization } });
  return { app, log, read };
}

describe('metrics of the edge worker', () => {
  it('are not there unless they are asked for, and only for who has the token', async () => {
    expect((await edge().app.request('/metrics')).status).toBe(404);
    const { app, read } = observed();
    for (const response of [await app.request('/metrics'), await read('Bearer another'), await read(TOKEN)]) {
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'unauthorized' });
    }
    expect((await read()).headers.get('content-type')).toContain('version=0.0.4');
  });

  it('count requests by route and status, and what became of searches', async () => {
    const { app, read } = observed({
      rerank: { rank: async () => Promise.reject(new AppError('timeout', 'late')) },
    });
    await app.request('/v1/search?q=a+dog');
    await app.request('/v1/search?q=');
    await app.request('/v1/unforeseen');
    const text = await (await read()).text();
    for (const line of [
      'gsmn_edge_requests_total{route="/v1/search",status="200"} 1',
      'gsmn_edge_requests_total{route="/v1/search",status="400"} 1',
      'gsmn_edge_requests_total{route="other",status="404"} 1',
      'gsmn_edge_request_seconds_count{route="/v1/search"} 2',
      'gsmn_edge_stage_seconds_count{stage="recall"} 1',
      'gsmn_edge_searches_total{stage="recall",match="unknown"} 1',
      'gsmn_edge_degraded_total{code="timeout"} 1',
      'gsmn_edge_errors_total{code="query_empty"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).not.toContain('unforeseen');
  });

  it('of a dataset of Workers have one point for each request', async () => {
    const writeDataPoint = vi.fn();
    const { app } = edge({ observedBy: { observers: [analyticsObserver({ writeDataPoint })] } });
    await app.request('/v1/search?q=a+dog');
    await app.request('/v1/search?q=');
    expect(writeDataPoint.mock.calls).toMatchObject([
      [
        {
          indexes: ['/v1/search'],
          blobs: ['/v1/search', '200', '', 'rerank', '', ''],
          doubles: expect.any(Array),
        },
      ],
      [{ blobs: ['/v1/search', '400', 'query_empty', '', '', ''] }],
    ]);
    expect(writeDataPoint.mock.calls[0]?.[0].doubles).toHaveLength(7);
    expect(writeDataPoint.mock.calls[0]?.[0].doubles[1]).toBe(6);
    expect(JSON.stringify(writeDataPoint.mock.calls)).not.toContain('dog');
  });

  it('change no answer when they fail', async () => {
    const observe = vi.fn<(request: EndedRequest) => void>(() => {
      throw new Error('full');
    });
    const { app, log } = edge({ observedBy: { observers: [observe] } });
    expect((await app.request('/v1/search?q=a+dog')).status).toBe(200);
    expect(observe).toHaveBeenCalledOnce();
    expect(log).toHaveBeenCalledWith(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('full') }),
    );
  });
});
