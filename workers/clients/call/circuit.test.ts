import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';
import { Circuit } from './circuit.ts';

const fail = (code: ErrorCode) => async (): Promise<never> => Promise.reject(new AppError(code, code));
const succeed = async () => 'done';

describe('Circuit', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const circuit = () => new Circuit('it', 'rerank_unavailable', { failures: 3, restMs: 1000, probeMs: 5000 });

  async function failing(own: Circuit, code: ErrorCode, times: number): Promise<void> {
    for (let call = 0; call < times; call++) {
      await expect(own.run(fail(code))).rejects.toMatchObject({ code });
    }
  }

  it('opens after some failures in a row, and then asks nobody', async () => {
    const own = circuit();
    await failing(own, 'timeout', 3);
    expect(own.open).toBe(true);
    const work = vi.fn(succeed);
    await expect(own.run(work)).rejects.toMatchObject({
      code: 'rerank_unavailable',
      hint: expect.stringContaining('1 s'),
    });
    expect(work).not.toHaveBeenCalled();
  });

  it('stays closed while some succeed in between', async () => {
    const own = circuit();
    for (let round = 0; round < 5; round++) {
      await failing(own, 'overloaded', 2);
      await own.run(succeed);
    }
    expect(own.open).toBe(false);
  });

  it.each(['request_invalid', 'query_empty', 'generation_missing', 'unauthorized', 'cancelled'] as const)(
    'does not blame the service for %s',
    async (code) => {
      const own = circuit();
      await failing(own, code, 10);
      expect(own.open).toBe(false);
    },
  );

  it('tries once after its rest, and closes when that succeeds', async () => {
    const own = circuit();
    await failing(own, 'timeout', 3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await own.run(succeed)).toBe('done');
    expect(own.open).toBe(false);
  });

  it('rests again when the try fails', async () => {
    const own = circuit();
    await failing(own, 'timeout', 3);
    await vi.advanceTimersByTimeAsync(1000);
    await failing(own, 'timeout', 1);
    const work = vi.fn(succeed);
    await expect(own.run(work)).rejects.toMatchObject({ code: 'rerank_unavailable' });
    expect(work).not.toHaveBeenCalled();
  });

  it('refuses others while one tries, and forgets a try that never comes back', async () => {
    const own = circuit();
    await failing(own, 'timeout', 3);
    await vi.advanceTimersByTimeAsync(1000);
    void own.run(() => new Promise<never>(() => {}));
    await expect(own.run(succeed)).rejects.toMatchObject({ code: 'rerank_unavailable' });
    await vi.advanceTimersByTimeAsync(5000);
    expect(await own.run(succeed)).toBe('done');
  });
});
