import { describe, expect, it } from 'vitest';
import { readProblem, retryAfter, SearchProblem } from './search-problem.ts';

const answer = (body: unknown, init: { status: number; headers?: Record<string, string> }) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    ...init,
    headers: { 'content-type': 'application/problem+json', ...init.headers },
  });

describe('SearchProblem', () => {
  it('is an error with title and detail', () => {
    const cause = new Error('reset');
    const problem = new SearchProblem({ code: 'timeout', title: 'Too late', detail: 'No answer.' }, cause);
    expect(problem).toBeInstanceOf(Error);
    expect(String(problem)).toBe('SearchProblem: Too late: No answer.');
    expect(problem.cause).toBe(cause);
  });
});

describe('readProblem', () => {
  it('has the texts of the service', async () => {
    const problem = await readProblem(
      answer(
        { code: 'overloaded', title: 'Search is busy', detail: 'Too many.', hint: 'Wait.', requestId: 'r-1' },
        { status: 503, headers: { 'retry-after': '5' } },
      ),
    );
    expect(problem).toMatchObject({
      name: 'SearchProblem',
      code: 'overloaded',
      title: 'Search is busy',
      detail: 'Too many.',
      hint: 'Wait.',
      status: 503,
      requestId: 'r-1',
      retryAfter: 5,
    });
  });

  it('recognises a rate limit by its status', async () => {
    const problem = await readProblem(
      new Response('slow down', { status: 429, headers: { 'retry-after': '60' } }),
    );
    expect(problem).toMatchObject({ code: 'rate_limited', retryAfter: 60 });
  });

  it.each([
    [
      'a page',
      new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
    ],
    ['broken JSON', answer('{', { status: 502 })],
    ['a list', answer([1], { status: 502 })],
    ['numbers for words', answer({ code: 7, title: 1, detail: null }, { status: 502 })],
  ])('has its own texts for %s', async (_, response) => {
    const problem = await readProblem(response);
    expect(problem.code).toBe('service_failed');
    expect(problem.title).not.toBe('');
    expect(problem.detail).toContain('502');
  });
});

describe('retryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    [null, undefined],
    ['7', 7],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['99999999', 3600],
  ])('reads %s as %s', (header, seconds) => {
    expect(retryAfter(header, now)).toBe(seconds);
  });
});
