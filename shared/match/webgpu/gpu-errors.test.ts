import { describe, expect, it } from 'vitest';
import { guarded } from './gpu-errors.ts';

/** A device whose error scope of that name has an error. */
function deviceWith(failing: string | undefined): GPUDevice {
  const open: string[] = [];
  return {
    pushErrorScope: (filter: string) => open.push(filter),
    popErrorScope: async () => (open.pop() === failing ? { message: 'it does not fit\n' } : null),
  } as unknown as GPUDevice;
}

describe('guarding work on the GPU', () => {
  it('returns the result of the work if there is no error', async () => {
    expect(await guarded(deviceWith(undefined), 'a buffer', () => 7)).toBe(7);
    expect(await guarded(deviceWith(undefined), 'a buffer', async () => 8)).toBe(8);
  });

  it.each([
    ['out-of-memory', 'memory_exhausted'],
    ['validation', 'internal'],
    ['internal', 'internal'],
  ])("reports %s as %s, with the device's message", async (scope, code) => {
    await expect(guarded(deviceWith(scope), 'a buffer of 9 bytes', () => 7)).rejects.toMatchObject({
      code,
      message: 'a buffer of 9 bytes: it does not fit',
    });
  });

  it('throws the reason, not the missing result', async () => {
    const work = async () => Promise.reject(new Error('no buffer to map'));
    await expect(guarded(deviceWith('validation'), 'scores', work)).rejects.toMatchObject({
      code: 'internal',
    });
    await expect(guarded(deviceWith(undefined), 'scores', work)).rejects.toThrow('no buffer to map');
  });
});
