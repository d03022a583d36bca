import { describe, expect, it } from 'vitest';
import { AppError, ERROR_CODES } from '../../../shared/errors/index.ts';
import { problemSchema } from '../../../shared/schema/index.ts';
import { problemResponse } from './problem.ts';

describe('problemResponse', () => {
  it.each(ERROR_CODES)('says %s in a problem of that status', async (code) => {
    const response = problemResponse(new AppError(code, 'what happened', { hint: 'mend it' }), 'r-1');
    const body = problemSchema.parse(await response.json());
    expect(body).toMatchObject({ code, detail: 'what happened', hint: 'mend it', requestId: 'r-1' });
    expect(body.status).toBe(response.status);
    expect(body.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('says when to come back, and how to prove who one is', () => {
    const header = (code: 'overloaded' | 'unauthorized', name: string) =>
      problemResponse(new AppError(code, ''), '').headers.get(name);
    expect(header('overloaded', 'retry-after')).toBe('1');
    expect(header('unauthorized', 'www-authenticate')).toBe('Bearer');
  });
});
