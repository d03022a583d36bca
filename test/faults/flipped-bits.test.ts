import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { indexCommand } from '../../batch/cli/commands/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { seededRandom } from '../support/random.ts';
import { runCommand } from '../support/run-command.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';
import { filesOf } from './harness/file-hashes.ts';

const IMAGES = 40;
/** Flips in each file of the generation, and in the file of the database. */
const FLIPS = 25;
const MANIFEST_FLIPS = 300;
const STORE_FLIPS = 40;
const seed = inject('seed');
const random = seededRandom(seed);

let project: SmallProject;
let pristine = '';

beforeAll(async () => {
  project = await smallProject({ test: IMAGES });
  const { data, model, index } = project;
  const built = await runGsmn([
    'index',
    'build',
    '--data',
    data,
    '--checkpoint',
    model,
    '--index',
    index,
    '--backend',
    'wasm',
    '--json',
  ]);
  expect(built.code, built.stderr).toBe(0);
  pristine = index;
  return () => project.remove();
});

interface Flip {
  readonly file: string;
  readonly at: number;
  readonly bit: number;
}

/** Flips anywhere in a file. */
function flipsOf(index: string, file: string, count: number): Flip[] {
  const { length } = readFileSync(join(index, file));
  return Array.from({ length: count }, () => flipAt(file, Math.floor(length * random())));
}

/** Flips where something is written: a database is mostly free space, which is zero. */
function flipsOfContent(index: string, file: string, count: number): Flip[] {
  const written = [...readFileSync(join(index, file)).entries()].filter(([, byte]) => byte !== 0);
  return Array.from({ length: count }, () =>
    flipAt(file, written[Math.floor(written.length * random())]?.[0] ?? 0),
  );
}

const flipAt = (file: string, at: number): Flip => ({ file, at, bit: Math.floor(8 * random()) });

/** Uses an index while a bit of a file is flipped; the file is whole again afterwards. */
async function flipped<T>(index: string, { file, at, bit }: Flip, use: () => Promise<T>): Promise<T> {
  const path = join(index, file);
  const bytes = readFileSync(path);
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  writeFileSync(path, changed);
  try {
    return await use();
  } finally {
    // A database that could not be closed leaves its journal.
    for (const end of ['-wal', '-shm', '-journal']) rmSync(`${path}${end}`, { force: true });
    writeFileSync(path, bytes);
  }
}

/** Whether `gsmn index verify` says that something is wrong. */
async function isNoticed(index: string): Promise<boolean> {
  try {
    await runCommand(indexCommand(), ['verify', '--index', index]);
    return false;
  } catch {
    return true;
  }
}

const describeFlip = ({ file, at, bit }: Flip): string => `${file}, byte ${at}, bit ${bit}`;

function copy(): string {
  const index = join(mkdtempSync(join(inject('indexes').root, 'flips-')), 'index');
  cpSync(pristine, index, { recursive: true });
  return index;
}

describe('one flipped bit', () => {
  it(`in any file of a generation is noticed by gsmn index verify: seed ${seed}`, async () => {
    const index = copy();
    const files = [
      'active.json',
      ...filesOf(join(index, 'generations')).map((path) => join('generations', path)),
    ];
    expect(files.length).toBeGreaterThan(10);
    const flips = files.flatMap((file) =>
      flipsOf(index, file, file.endsWith('manifest.json') ? MANIFEST_FLIPS : FLIPS),
    );
    const passed: string[] = [];
    for (const flip of flips) {
      if (!(await flipped(index, flip, () => isNoticed(index)))) passed.push(describeFlip(flip));
    }
    console.log(`${passed.length} of ${flips.length} flips in ${files.length} files pass gsmn index verify`);
    expect(passed).toEqual([]);
    expect((await runGsmn(['index', 'verify', '--index', index])).code).toBe(0);
  });

  it(`in the database is noticed by gsmn index verify, or changes nothing: seed ${seed}`, async () => {
    const index = copy();
    const file = 'qdrant.sqlite';
    const expected = await pointsOf(index);
    const flips = flipsOfContent(index, file, STORE_FLIPS);
    const passed: string[] = [];
    const noticed = { verify: 0, reading: 0 };
    for (const flip of flips) {
      const outcome = await flipped(index, flip, async () => {
        // A process for each: a damaged database must not end the one that opens it.
        const { code, stderr } = await runGsmn(['index', 'verify', '--index', index]);
        expect(code, `${describeFlip(flip)}: ${stderr}`).not.toBeNull();
        if (code !== 0) return 'verify';
        const found = await pointsOf(index).catch(() => 'reading');
        return found === expected || found === 'reading' ? found : 'nothing';
      });
      if (outcome === 'verify' || outcome === 'reading') noticed[outcome]++;
      else if (outcome === 'nothing') passed.push(describeFlip(flip));
    }
    console.log(
      `${flips.length} flips in the database: ${noticed.verify} noticed by gsmn index verify, ${noticed.reading} by reading all points, ${passed.length} change points and are not noticed`,
    );
    expect(passed).toEqual([]);
  });
});

/** Everything that the database of an index holds of the generation. */
async function pointsOf(index: string): Promise<string> {
  const database = await startQdrantLocal({ path: join(index, 'qdrant.sqlite'), port: 0 });
  try {
    const store = createQdrantStore({ url: database.url });
    const collections = [...(await store.listCollections())].sort();
    // Five captions for each image.
    const ids = Array.from({ length: 5 * IMAGES }, (_, id) => id);
    const points: unknown[] = [];
    for (const name of collections) {
      points.push(name, await store.collectionInfo(name));
      const found = await store.retrieve(name, ids, { withVector: true });
      points.push(found.toSorted((a, b) => a.id - b.id));
    }
    return JSON.stringify(points);
  } finally {
    await database.close();
  }
}
