import { describe, expect, it } from 'vitest';
import { Parts } from './closing.ts';

describe('Parts', () => {
  it('end once, one after another, in the reverse order of their start', async () => {
    const ended: string[] = [];
    const parts = new Parts();
    for (const name of ['database', 'reranker', 'edge']) {
      parts.add(name, {
        close: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          ended.push(name);
        },
      });
    }
    await parts.close();
    await parts.close();
    expect(ended).toEqual(['edge', 'reranker', 'database']);
  });

  it('end although one of them fails to, which is reported', async () => {
    const ended: string[] = [];
    const parts = new Parts();
    parts.add('database', { close: async () => void ended.push('database') });
    parts.add('reranker', { close: async () => Promise.reject(new Error('stuck')) });
    await expect(parts.close()).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('reranker'),
    });
    expect(ended).toEqual(['database']);
  });
});
