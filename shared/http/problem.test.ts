import { HTTPException } from 'hono/http-exception';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { requestError } from './problem.ts';

describe('requestError', () => {
  it.each([
    [new HTTPException(404), 'not_found'],
    [new HTTPException(415), 'request_invalid'],
    [new HTTPException(502), 'internal'],
    [new TypeError('x is not a function'), 'internal'],
    [new AppError('timeout', ''), 'timeout'],
  ])('maps %s to a status', (thrown, code) => {
    expect(requestError(thrown).code).toBe(code);
  });
});
