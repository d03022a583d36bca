import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { loadTfjsBackend } from './index.ts';

describe('loading a TF.js backend', () => {
  it('starts wasm, once for any number of calls', async () => {
    expect(await Promise.all([loadTfjsBackend('wasm'), loadTfjsBackend('wasm')])).toEqual(['wasm', 'wasm']);
    expect(tf.getBackend()).toBe('wasm');
  });

  it('splits tensors along every axis on wasm as TF.js specifies', async () => {
    await loadTfjsBackend('wasm');
    tf.tidy(() => {
      const x = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2]);
      const cut = (axis: number) => tf.unstack(x, axis).map((part) => [...part.dataSync()]);
      expect(cut(0)).toEqual([
        [1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12],
      ]);
      expect(cut(1)).toEqual([
        [1, 2, 7, 8],
        [3, 4, 9, 10],
        [5, 6, 11, 12],
      ]);
      const [, second] = tf.unstack(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'));
      expect([second?.dtype, ...(second?.dataSync() ?? [])]).toEqual(['int32', 3, 4]);
    });
  });

  it('loads another one after one that is not available', async () => {
    vi.stubEnv('GSMN_TENSORFLOW', '/nowhere');
    try {
      await expect(loadTfjsBackend('tensorflow')).rejects.toMatchObject({ code: 'backend_unavailable' });
    } finally {
      vi.unstubAllEnvs();
    }
    await loadTfjsBackend('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });
});
