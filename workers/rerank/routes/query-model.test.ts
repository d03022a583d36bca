import { describe, expect, it, vi } from 'vitest';
import type { LoadedGeneration } from '../generations/loaded-generation.ts';
import { queryModelResponse } from './query-model.ts';

describe('the query model of a generation with a pretrained encoder', () => {
  it('does not exist, and the answer says who encodes its queries', async () => {
    const generation = { id: 'abc', search: { hasQueryModel: false } } as unknown as LoadedGeneration;
    await expect(queryModelResponse(generation, 'GET', vi.fn())).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('generation abc has no query model'),
      hint: expect.stringContaining('/v1/encode'),
    });
  });
});
