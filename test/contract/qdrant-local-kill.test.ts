import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, it } from 'vitest';
import { createQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryFolder } from './qdrant-server.ts';

const WRITER = resolve(import.meta.dirname, '../runtime/qdrant-local-writer.ts');
const ROUNDS = 6;

/** Writes until it is killed, `lifetime` milliseconds after its first acknowledged batch. Returns the last one. */
async function writeAndKill(path: string, first: number, lifetime: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, path, String(first)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (printed === '') setTimeout(() => child.kill('SIGKILL'), lifetime);
    printed += chunk.toString();
  });
  const signal = await new Promise((done) => child.once('close', (_code, by) => done(by)));
  expect(signal, errors).toBe('SIGKILL');
  // An incomplete line does not count.
  return Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1));
}

describe('qdrant-local killed while writing', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('keeps everything that it acknowledged, and nothing incomplete', async () => {
    const path = join(folder.path, 'store.sqlite');
    const seed = 20_261_124;
    const random = seededRandom(seed);
    let last = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await writeAndKill(path, last + 1, 5 + 120 * random());
      const local = await createQdrantLocal({ path });
      const ask = async (at: string, body: unknown) => {
        const response = await local.app.request(at, { method: 'POST', body: JSON.stringify(body) });
        return ((await response.json()) as { result: unknown }).result;
      };
      const { count } = (await ask('/collections/c/points/count', {})) as { count: number };
      const shared = (await ask('/collections/c/points', {
        ids: [...Array(10).keys()],
        with_payload: true,
        with_vector: true,
      })) as {
        payload: { n: number };
        vector: { '': number[]; words: unknown };
      }[];
      const [generation] = new Set(shared.map(({ payload }) => payload.n));
      const where = `seed ${seed}, round ${round}`;
      // The last write may be on disk without its acknowledgement, so at most one batch is ahead.
      expect([acknowledged, acknowledged + 1], where).toContain(generation);
      expect(new Set(shared.map(({ payload }) => payload.n)).size, where).toBe(1);
      expect(
        shared.every(({ vector, payload }) => vector[''].every((value) => value === payload.n)),
        where,
      ).toBe(true);
      for (const { vector, payload } of shared)
        expect(vector.words, where).toEqual({ indices: [payload.n, payload.n + 1], values: [payload.n, 1] });
      expect(count, where).toBe(10 + 10 * (generation ?? 0));
      last = generation ?? 0;
      local.close();
    }
    expect(last).toBeGreaterThan(ROUNDS);
  });
});
