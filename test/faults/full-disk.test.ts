import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { type GsmnRun, runGsmn } from '../support/run-gsmn.ts';
import { filesOf, hashesOf } from './harness/file-hashes.ts';
import { buildParameters } from './harness/indexes.ts';

const { root, data, small, generations } = inject('indexes');
/** The generation that a build makes. */
const whole = new IndexFolder(small).generation(generations.dev);
const expected = hashesOf(whole);
const bytesOf = (folder: string): number =>
  filesOf(folder).reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);

const LAUNCHER = join(import.meta.dirname, '../../batch/bin/gsmn.mjs');
const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync('umount', [folder]);
});

/** A file system of its own, in memory; undefined where nobody may mount one. */
function smallFileSystem(bytes: number): string | undefined {
  const folder = mkdtempSync(join(root, 'small-'));
  if (!mount(folder, `size=${Math.ceil(bytes)}`)) return undefined;
  mounted.push(folder);
  return folder;
}

function mount(folder: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}

const NO_MOUNT = 'a small file system cannot be mounted here (it takes root)';

/** A message for people: it names the lack of space, and is not a stack. */
function expectClearError({ code, stderr }: GsmnRun): void {
  expect(code, stderr).not.toBe(0);
  expect(code, stderr).not.toBeNull();
  expect(stderr).toMatch(/disk is full|files may not grow that large/);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
}

async function expectNothingActive(index: IndexFolder): Promise<void> {
  expect(await index.active()).toBeUndefined();
  expect(await index.generations()).toEqual([]);
}

async function expectSameAfterwards(index: IndexFolder): Promise<void> {
  const again = await runGsmn(buildParameters(data, index.path, 'dev'));
  expect(again.code, again.stderr).toBe(0);
  expect(hashesOf(index.generation(generations.dev))).toEqual(expected);
  expect(await index.active()).toMatchObject({ generation: generations.dev });
}

describe('a build', () => {
  const size = bytesOf(whole);

  it.for([0.02, 0.5, 0.95])(
    'on a disk of %d of its size says so, and goes on with more space',
    async (share, { skip }) => {
      const disk = smallFileSystem(share * size);
      if (disk === undefined) return skip(NO_MOUNT);
      const index = new IndexFolder(join(disk, 'index'));
      const run = await runGsmn(buildParameters(data, index.path, 'dev'));
      expectClearError(run);
      await expectNothingActive(index);
      expect(mount(disk, `remount,size=${8 * size}`)).toBe(true);
      await expectSameAfterwards(index);
    },
  );

  it('whose files may not grow says so, and continues once they may', async () => {
    const index = new IndexFolder(join(mkdtempSync(join(root, 'limited-')), 'index'));
    const largest = Math.max(...filesOf(whole).map((path) => statSync(join(whole, path)).size));
    // `ulimit` counts in blocks of 512 bytes in a POSIX shell.
    const limit = Math.floor(largest / 2 / 512);
    const { status, stderr } = spawnSync(
      '/bin/sh',
      [
        '-c',
        `ulimit -f ${limit} && exec "$@"`,
        'sh',
        process.execPath,
        LAUNCHER,
        ...buildParameters(data, index.path, 'dev'),
      ],
      { encoding: 'utf8' },
    );
    expectClearError({ code: status, stdout: '', stderr });
    await expectNothingActive(index);
    await expectSameAfterwards(index);
  });
});

describe('an activation', () => {
  it('on a full disk says so, and the active generation stays whole', async ({ skip }) => {
    const disk = smallFileSystem(1.2 * bytesOf(small) + 2 ** 20);
    if (disk === undefined) return skip(NO_MOUNT);
    const index = new IndexFolder(join(disk, 'index'));
    cpSync(small, index.path, { recursive: true });
    const before = hashesOf(index.generation(generations.dev));
    const filler = join(disk, 'filler');
    fill(filler, disk);

    const run = await runGsmn(['index', 'activate', generations.train, '--index', index.path]);
    expectClearError(run);
    expect(await index.active()).toMatchObject({ generation: generations.dev });
    expect(hashesOf(index.generation(generations.dev))).toEqual(before);

    rmSync(filler);
    const again = await runGsmn(['index', 'activate', generations.train, '--index', index.path]);
    expect(again.code, again.stderr).toBe(0);
    expect(await index.active()).toMatchObject({ generation: generations.train });
    const verified = await runGsmn(['index', 'verify', '--index', index.path]);
    expect(verified.code, verified.stderr).toBe(0);
  });
});

/** Leaves no block free. */
function fill(path: string, disk: string): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(path, Buffer.alloc(bavail * bsize));
  expect(existsSync(path)).toBe(true);
  expect(statfsSync(disk).bavail).toBe(0);
}
