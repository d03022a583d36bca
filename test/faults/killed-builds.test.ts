import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { startCommandProcess } from '../support/command-process.ts';
import { seededRandom } from '../support/random.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { hashesOf } from './harness/file-hashes.ts';
import { buildParameters } from './harness/indexes.ts';

/** Indexes, and the most kills of the build of each before it may end. */
const ROUNDS = 4;
const KILLS = 3;
const seed = inject('seed');

describe('gsmn index build, killed at random moments', () => {
  const { root, data, small, generations } = inject('indexes');
  const expected = hashesOf(new IndexFolder(small).generation(generations.dev));
  const random = seededRandom(seed);

  it(`ends in the same bytes when it is run again: seed ${seed}`, async () => {
    const undisturbed = await timeOf(() => build(emptyIndex('undisturbed')));
    let killed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const index = emptyIndex(`round-${round}`);
      for (let kill = 0; kill < KILLS; kill++) {
        if (await buildAndKill(index.path, undisturbed * random())) killed++;
        const active = await index.active();
        // Nothing incomplete is active: a kill after the activation is a build that has ended.
        if (active === undefined) continue;
        expect(hashesOf(index.generation(active.generation))).toEqual(expected);
        break;
      }
      await build(index);
      expect(hashesOf(index.generation(generations.dev))).toEqual(expected);
      expect(await index.active()).toMatchObject({ generation: generations.dev });
      expect(await index.unfinished()).toEqual([]);
      const verified = await runGsmn(['index', 'verify', '--index', index.path]);
      expect([verified.code, verified.stderr]).toEqual([0, expect.any(String)]);
    }
    console.log(`${killed} builds of ${ROUNDS} indexes were killed; one takes ${undisturbed.toFixed(0)} ms`);
    expect(killed).toBeGreaterThan(0);
  });

  const emptyIndex = (name: string): IndexFolder =>
    new IndexFolder(join(mkdtempSync(join(root, `${name}-`)), 'index'));

  async function build(index: IndexFolder): Promise<void> {
    const { code, stderr } = await runGsmn(buildParameters(data, index.path, 'dev'));
    expect(code, stderr).toBe(0);
  }

  /** Whether it was killed before it ended by itself. */
  async function buildAndKill(index: string, milliseconds: number): Promise<boolean> {
    const command = startCommandProcess(buildParameters(data, index, 'dev'));
    await Promise.race([wait(milliseconds), command.ended]);
    command.destroy();
    return (await command.ended) === 'SIGKILL';
  }
});

async function timeOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
