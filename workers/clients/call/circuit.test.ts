import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';
import { Circuit } from './circuit.ts';

const fail = (code: ErrorCode) => async (): Promise<never> => Promise.reject(new AppError(code, code));
const succeed = async () => 'done';

describe('Circuit', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const circuit = () =>
    new Circuit('it', 'rerank_unavailable', {
      failureRate: 0.5,
      calls: 3,
      windowMs: 10_000,
      restMs: 1000,
      probeMs: 5000,
    });

  async function failing(own: Circuit, code: ErrorCode, times: number): Promise<void> {
    for (let call = 0; call < times; call++) {
      await expect(own.run(fail(code))).rejects.toMatchObject({ code });
    }
  }

  it('opens when more than half of several calls failed, and then makes no calls', async () => {
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

  it('stays closed while at most half of the calls fail, however many', async () => {
    const own = circuit();
    for (let round = 0; round < 20; round++) {
      await own.run(succeed);
      await failing(own, 'rerank_unavailable', 1);
    }
    expect(own.open).toBe(false);
    await failing(own, 'rerank_unavailable', 1);
    expect(own.open).toBe(true);
  });

  it('stays closed while a busy service refuses calls', async () => {
    const own = circuit();
    await failing(own, 'overloaded', 20);
    expect(own.open).toBe(false);
  });

  it('forgets old failures', async () => {
    const own = circuit();
    for (let call = 0; call < 50; call++) await own.run(succeed);
    await vi.advanceTimersByTimeAsync(10_000);
    await failing(own, 'timeout', 3);
    expect(own.open).toBe(true);
    const patient = circuit();
    for (let call = 0; call < 4; call++) {
      await failing(patient, 'timeout', 1);
      await vi.advanceTimersByTimeAsync(5000);
    }
    expect(patient.open).toBe(false);
  });

  it('does not depend on the system clock', async () => {
    const own = circuit();
    await failing(own, 'timeout', 3);
    await vi.advanceTimersByTimeAsync(1000);
    vi.setSystemTime(0);
    expect(await own.run(succeed)).toBe('done');
  });

  it('ignores calls that started before it opened', async () => {
    const own = circuit();
    const slow = Promise.withResolvers<string>();
    const begun = own.run(() => slow.promise);
    await failing(own, 'timeout', 3);
    slow.resolve('late');
    expect(await begun).toBe('late');
    expect(own.open).toBe(true);
  });

  it.each(['request_invalid', 'query_empty', 'generation_missing', 'unauthorized', 'cancelled'] as const)(
    'does not count %s as a failure of the service',
    async (code) => {
      const own = circuit();
      await failing(own, code, 10);
      expect(own.open).toBe(false);
    },
  );

  it('tries once after a pause, and closes if that succeeds', async () => {
    const own = circuit();
    await failing(own, 'timeout', 3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await own.run(succeed)).toBe('done');
    expect(own.open).toBe(false);
  });

  it('pauses again if the try fails', async () => {
    const own = circuit();
    await failing(own, 'timeout', 3);
    await vi.advanceTimersByTimeAsync(1000);
    await failing(own, 'timeout', 1);
    const work = vi.fn(succeed);
    await expect(own.run(work)).rejects.toMatchObject({ code: 'rerank_unavailable' });
    expect(work).not.toHaveBeenCalled();
  });

  it('refuses others while one tries, and forgets a try that never ends', async () => {
    const own = circuit();
    await failing(own, 'timeout', 3);
    await vi.advanceTimersByTimeAsync(1000);
    void own.run(() => new Promise<never>(() => {}));
    await expect(own.run(succeed)).rejects.toMatchObject({ code: 'rerank_unavailable' });
    await vi.advanceTimersByTimeAsync(5000);
    expect(await own.run(succeed)).toBe('done');
  });
});
