import { describe, expect, it } from 'vitest';
import { readProblem, retryAfter } from './read-problem.ts';

const problem = (body: unknown, init: { status: number; headers?: Record<string, string> }) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    ...init,
    headers: { 'content-type': 'application/problem+json', ...init.headers },
  });

describe('readProblem', () => {
  it('takes over what the service says', async () => {
    const failure = await readProblem(
      problem(
        { title: 'Search is busy', detail: 'Too many.', hint: 'Wait.', requestId: 'r-1' },
        { status: 503, headers: { 'retry-after': '5' } },
      ),
    );
    expect(failure).toEqual({
      kind: 'problem',
      title: 'Search is busy',
      detail: 'Too many.',
      hint: 'Wait.',
      requestId: 'r-1',
      retryAfter: 5,
    });
  });

  it('knows a rate limit', async () => {
    const failure = await readProblem(problem({}, { status: 429, headers: { 'retry-after': '60' } }));
    expect(failure).toMatchObject({ kind: 'limited', retryAfter: 60 });
  });

  it.each([
    [
      'a page',
      new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
    ],
    ['broken JSON', problem('{', { status: 502 })],
    ['a list', problem([1], { status: 502 })],
    ['numbers for words', problem({ title: 1, detail: null }, { status: 502 })],
  ])('has words of its own for %s', async (_, response) => {
    const failure = await readProblem(response);
    expect(failure.title).not.toBe('');
    expect(failure.detail).toContain('502');
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
