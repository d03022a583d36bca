import { connect } from 'node:net';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { isRunning } from './harness/process-tree.ts';
import { isWorkerd, type Product, startProduct } from './harness/product.ts';

let product: Product | undefined;

afterEach(() => product?.destroy());

const listens = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/**
 * Everything that ever ran under the main process must be gone, and the port free: the threads of a process may hold it for a moment
 * after its first one has ended.
 */
async function nothingLeft(url: string, pids: Iterable<number>): Promise<void> {
  await vi.waitFor(
    async () => {
      expect([...pids].filter(isRunning)).toEqual([]);
      expect(await listens(url)).toBe(false);
    },
    { timeout: 10_000, interval: 50 },
  );
}

describe('kill -9 under gsmn start', () => {
  it('of each child in turn is answered by a restart, and of the main process leaves nothing', async () => {
    const running = await startProduct(inject('indexes').small);
    product = running;
    await running.fullAnswer('a dog');
    const seen = new Set(running.processes().map(({ pid }) => pid));
    const [main, ...children] = running.processes();
    // workerd, and the guard that ends it with the main process.
    expect(children.length).toBeGreaterThanOrEqual(2);
    const roles = children.map((child) => (isWorkerd(child) ? 'workerd' : 'another'));
    expect(roles).toContain('workerd');

    for (const role of ['workerd', 'another'] as const) {
      const before = running.processes().length;
      const [victim] = running
        .processes()
        .slice(1)
        .filter((child) => isWorkerd(child) === (role === 'workerd'));
      expect(victim, role).toBeDefined();
      process.kill(victim?.pid ?? 0, 'SIGKILL');
      // Everything that was running runs again: also what only matters when the main process dies.
      await vi.waitFor(
        () => {
          const now = running.processes();
          expect(now.map(({ pid }) => pid)).not.toContain(victim?.pid);
          expect(now.length, `processes after kill -9 of ${role}`).toBe(before);
        },
        { timeout: 15_000, interval: 50 },
      );
      await running.fullAnswer(`a dog after ${role}`);
      for (const { pid } of running.processes()) seen.add(pid);
    }

    process.kill(main?.pid ?? 0, 'SIGKILL');
    expect(await running.command.ended).toBe('SIGKILL');
    await nothingLeft(running.url, seen);
  });

  it('of everything but the main process at once is answered by a restart', async () => {
    const running = await startProduct(inject('indexes').small);
    product = running;
    await running.fullAnswer('a dog');
    for (const { pid } of running.processes().slice(1)) process.kill(pid, 'SIGKILL');
    await running.fullAnswer('a man');
    await running.stop();
  });
});
