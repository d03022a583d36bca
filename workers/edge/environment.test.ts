import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';

const REQUIRED = { RERANK_URL: 'http://rerank', QDRANT_URL: 'http://qdrant' };

describe('the variables of the edge worker', () => {
  it('that are empty are not set', () => {
    const empty = Object.fromEntries(
      [
        'RERANK_TOKEN',
        'QDRANT_API_KEY',
        'IMAGES_URL',
        'PAGE_NOTE',
        'ALLOWED_ORIGINS',
        'RECALL_TIMEOUT_MS',
        'QUERY_MODEL_MB',
        'CACHE_SECONDS',
      ].map((name) => [name, '']),
    );
    expect(readEnvironment({ ...REQUIRED, ...empty })).toEqual(readEnvironment(REQUIRED));
    expect(() => readEnvironment({ ...REQUIRED, QDRANT_URL: '' })).toThrowError(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('QDRANT_URL') }),
    );
  });
});
