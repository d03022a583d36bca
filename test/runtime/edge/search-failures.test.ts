import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import { answer, failing, problem } from './answers.ts';
import { edge, ranked } from './fakes.ts';

const SEARCH = '/v1/search?q=two%20zebroids';

describe('degraded answers', () => {
  it.each([
    ['rerank_unavailable', 'rerank_unavailable'],
    ['timeout', 'timeout'],
    ['overloaded', 'overloaded'],
    ['generation_missing', 'rerank_unavailable'],
    ['request_too_large', 'rerank_unavailable'],
    ['unauthorized', 'rerank_unavailable'],
    ['internal', 'rerank_unavailable'],
  ] as const)('has the coarse order if the reranker fails with %s', async (code, said) => {
    const { app, log, retrieve } = edge({ rerank: { rank: failing(code) } });
    const response = await app.request(SEARCH);
    const body = await answer(response);
    expect(body.stage).toBe('recall');
    expect(body.degraded?.code).toBe(said);
    expect(body.degraded?.message).not.toContain('10.0.0.7');
    expect(body.hits.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(body.hits.every(({ stage, evidence }) => stage === 'recall' && evidence === undefined)).toBe(true);
    expect(retrieve.mock.calls[0]?.[1]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(response.headers.get('x-search-degraded')).toBe(said);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ level: 'warn', code: said }));
  });

  it.each([
    ['late', 'timeout'],
    ['failed', 'rerank_unavailable'],
  ] as const)('keeps GSMN’s order if only the evidence is missing: %s', async (evidence, code) => {
    const { app } = edge({
      rerank: {
        rank: async (request) => {
          const answered = ranked(request, { evidence });
          const images = answered.images.map(({ evidence: own, ...image }, place) =>
            place === 0 ? { ...image, evidence: own } : image,
          );
          return { ...answered, images };
        },
      },
    });
    const response = await app.request(SEARCH);
    const body = await answer(response);
    expect([body.stage, body.degraded?.code]).toEqual(['rerank', code]);
    expect(body.degraded?.message).toContain('regions');
    expect(body.hits.map(({ id }) => id)).toEqual([3, 2, 1, 0, 4, 5]);
    // Evidence that was made in time is included.
    expect(body.hits.map((hit) => hit.evidence !== undefined)).toEqual([true, ...Array(5).fill(false)]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('failures', () => {
  it.each([
    ['encode_unavailable', 503, 'encode_unavailable'],
    ['unauthorized', 503, 'encode_unavailable'],
    ['request_invalid', 503, 'encode_unavailable'],
    ['timeout', 504, 'timeout'],
    ['overloaded', 503, 'overloaded'],
    ['generation_missing', 503, 'generation_missing'],
    ['query_too_long', 400, 'query_too_long'],
  ] as const)('returns for encoding errors with %s the status %i', async (code, status, said) => {
    const { app } = edge({ rerank: { encode: failing(code) } });
    const response = await app.request(SEARCH);
    expect(response.status).toBe(status);
    const body = await problem(response);
    expect(body.code).toBe(said);
    expect(body.requestId).toBe(response.headers.get('x-request-id'));
    if (status >= 500) expect(JSON.stringify(body)).not.toContain('10.0.0.7');
  });

  it.each([
    ['recall_unavailable', 503, 'recall_unavailable'],
    ['not_found', 503, 'recall_unavailable'],
    ['unauthorized', 503, 'recall_unavailable'],
    ['timeout', 504, 'timeout'],
  ] as const)('returns for recall errors with %s the status %i', async (code, status, said) => {
    const { app, log } = edge({ qdrant: { recall: failing(code) } });
    const response = await app.request(SEARCH);
    expect(response.status).toBe(status);
    expect((await problem(response)).code).toBe(said);
    // The log has what the public does not see.
    expect(JSON.stringify(log.mock.calls)).toContain('10.0.0.7');
  });

  it.each([
    ['recall_unavailable', 503, 'recall_unavailable'],
    ['not_found', 503, 'recall_unavailable'],
    ['unauthorized', 503, 'recall_unavailable'],
    ['timeout', 504, 'timeout'],
  ] as const)('returns for payload errors with %s the status %i', async (code, status, said) => {
    const { app } = edge({ qdrant: { retrieve: failing(code) } });
    const response = await app.request(`${SEARCH}&limit=6`);
    expect([response.status, (await problem(response)).code]).toEqual([status, said]);
    // A page with the reranker's payloads needs no lookup.
    expect((await app.request(`${SEARCH}&limit=4`)).status).toBe(200);
  });

  it('fails if points are missing, or are not images', async () => {
    for (const points of [[], [{ id: 4, payload: { title: 'not ours' } }]]) {
      const { app } = edge({ qdrant: { retrieve: async () => points } });
      const response = await app.request(`${SEARCH}&limit=1&offset=4`);
      expect([response.status, (await problem(response)).code]).toEqual([503, 'recall_unavailable']);
    }
  });

  it.each([
    ['', 'query_empty'],
    ['?q=', 'query_empty'],
    ['?q=%20%20', 'query_empty'],
    [`?q=${'a'.repeat(501)}`, 'query_too_long'],
    ['?q=a&limit=0', 'request_invalid'],
    ['?q=a&limit=101', 'request_invalid'],
    ['?q=a&limit=ten', 'request_invalid'],
    ['?q=a&offset=-1', 'request_invalid'],
    ['?q=a&offset=1.5', 'request_invalid'],
    ['?q=a&offset=1e9', 'request_invalid'],
  ])('refuses %s with %s before any service is called', async (query, code) => {
    const { app, encode } = edge();
    const response = await app.request(`/v1/search${query}`);
    expect(response.status).toBe(400);
    const body = await problem(response);
    expect(body.code).toBe(code);
    expect(body.hint).toBeTruthy();
    expect(encode).not.toHaveBeenCalled();
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('counts %s as %s', async (address, key) => {
    const limit = vi.fn(async () => ({ success: true }));
    const { app } = edge({ rateLimiter: { limit } });
    await app.request(SEARCH, { headers: { 'cf-connecting-ip': address } });
    expect(limit.mock.calls).toEqual([[{ key }]]);
  });

  it.each([
    ['encode_unavailable', '5'],
    // Nothing is under way here.
    ['overloaded', '1'],
    ['generation_missing', '5'],
  ] as const)('says when to ask again where the answer is 503: %s', async (code, seconds) => {
    const { app } = edge({ rerank: { encode: async () => Promise.reject(new AppError(code, 'away')) } });
    const response = await app.request(SEARCH);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, seconds]);
  });

  it('limits the rate if a limiter is bound', async () => {
    const keys: string[] = [];
    const { app } = edge({
      rateLimiter: {
        limit: async ({ key }) => {
          keys.push(key);
          return { success: false };
        },
      },
    });
    const response = await app.request(SEARCH, { headers: { 'cf-connecting-ip': '192.0.2.1' } });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('60');
    expect((await problem(response)).code).toBe('rate_limited');
    expect(keys).toEqual(['192.0.2.1']);
    expect((await app.request('/widget.js')).status).toBe(200);
  });
});
