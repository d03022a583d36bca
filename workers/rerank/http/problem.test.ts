import { describe, expect, it } from 'vitest';
import { AppError, ERROR_CODES } from '../../../shared/errors/index.ts';
import { problemSchema } from '../../../shared/schema/index.ts';
import { problemResponse } from './problem.ts';

describe('problemResponse', () => {
  it.each(ERROR_CODES)('returns %s as a problem with that status', async (code) => {
    const response = problemResponse(new AppError(code, 'what happened', { hint: 'fix it' }), 'r-1');
    const body = problemSchema.parse(await response.json());
    expect(body).toMatchObject({ code, detail: 'what happened', hint: 'fix it', requestId: 'r-1' });
    expect(body.status).toBe(response.status);
    expect(body.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('says when to retry, and how to authenticate', () => {
    const header = (code: 'overloaded' | 'unauthorized', name: string) =>
      problemResponse(new AppError(code, ''), '').headers.get(name);
    expect(header('overloaded', 'retry-after')).toBe('1');
    expect(header('unauthorized', 'www-authenticate')).toBe('Bearer');
  });
});
