import { describe, expect, it } from 'vitest';
import { readPhotoModel } from './model-file.ts';
import { PHOTO_FORM } from './photo-network.ts';
import { startPhotoProcesses } from './photo-processes.ts';

describe('startPhotoProcesses', () => {
  it('answers what a process is at when it is closed, and gives up what waits', async () => {
    const { bytes } = await readPhotoModel();
    const rgb = new Uint8Array(PHOTO_FORM.size ** 2 * 3).fill(99);
    const pool = startPhotoProcesses(2, bytes, 'cpu');
    const asked = Array.from({ length: 5 }, () => pool.describe([rgb]));
    const answers = Promise.allSettled(asked);
    await pool.close();
    expect((await answers).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
    await expect(asked[4]).rejects.toMatchObject({ code: 'cancelled' });
    await expect(pool.describe([rgb])).rejects.toMatchObject({ code: 'cancelled' });
  });
});
