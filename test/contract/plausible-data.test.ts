import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../batch/cli/program.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { silentReport } from '../../batch/report.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { npyBytes } from '../support/data-folder.ts';
import { type GsmnRun, runGsmn } from '../support/run-gsmn.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const IMAGES = 6;
const FILE = 'test_ims_bbx.npy';

/** Boxes of the right half of each image: as x y w h they end before they begin if they are read as x1 y1 x2 y2. */
const boxes = Array.from({ length: IMAGES * 3 }, (_, box) => [60 + box, 30, 75 + box, 45] as const);
const asXywh = boxes.map(([x1, y1, x2, y2]) => [x1, y1, x2 - x1, y2 - y1] as const);
const boxFile = (numbers: readonly (readonly number[])[]): Buffer =>
  npyBytes("'<f4'", [IMAGES, 3, 4], Float32Array.from(numbers.flat()));

describe('a data folder with boxes x y w h, and images that cannot be shown', () => {
  let plain: SmallProject;
  let other: SmallProject;
  let database: RunningQdrantLocal;
  let store: QdrantStore;

  beforeAll(async () => {
    plain = await smallProject({ test: IMAGES });
    other = await smallProject({ test: IMAGES });
    writeFileSync(join(plain.data, FILE), boxFile(boxes));
    writeFileSync(join(other.data, FILE), boxFile(asXywh));
    mkdirSync(join(other.data, 'images'));
    for (const image of [0, 1, 2]) writeFileSync(join(other.data, `images/${image}.jpg`), 'x');
    database = await startQdrantLocal({ path: join(plain.data, '..', 'qdrant.sqlite'), port: 0 });
    store = createQdrantStore({ url: database.url });
  });
  afterAll(async () => {
    await database.close();
    plain.remove();
    other.remove();
  });

  const evaluate = (project: SmallProject, ...more: string[]): Promise<GsmnRun> => {
    const files = ['--checkpoint', project.model, '--data', project.data];
    return runGsmn(['evaluate', ...files, '--backend', 'wasm', ...more]);
  };

  it('is a generation of the same boxes under another id, which builds warn about', async () => {
    const build = async (project: SmallProject, changes: object, warnings: string[] = []) => {
      const index = new IndexFolder(project.index);
      const where = { index: index.path, data: project.data, checkpoint: project.model, store };
      const { generation } = await buildIndex(
        { ...where, backend: 'wasm', ...changes },
        { ...silentReport, warn: (line) => warnings.push(line) },
      );
      return { generation, boxes: readFileSync(join(index.generation(generation), GENERATION_PATHS.boxes)) };
    };
    const warnings: string[] = [];
    const right = await build(plain, {});
    const read = await build(other, { boxFormat: 'xywh' }, warnings);
    expect(read.boxes).toEqual(right.boxes);
    expect(warnings).toEqual([expect.stringMatching(/^3 of 6 images cannot be shown.*3 with no file\n/)]);
    // The same bytes read differently are other data.
    const misread = await build(plain, { boxFormat: 'xywh' }).catch(() => undefined);
    expect(misread).toBeUndefined();
    writeFileSync(join(plain.data, FILE), boxFile(boxes.map(() => [10, 10, 20, 20])));
    const [first, second] = [await build(plain, {}), await build(plain, { boxFormat: 'xywh' })];
    writeFileSync(join(plain.data, FILE), boxFile(boxes));
    expect(first.generation).not.toBe(second.generation);
    expect(first.boxes).not.toEqual(second.boxes);
  });

  it('is refused by an evaluation that is not told so, and evaluated like x1 y1 x2 y2 by one that is', async () => {
    const refused = await evaluate(other);
    expect(refused.stderr).toMatch(/test_ims_bbx\.npy: image 0 \(0\.jpg\), region 0[\s\S]*--box-format xywh/);
    expect(refused.code).toBe(3);
    const [expected, found] = [await evaluate(plain), await evaluate(other, '--box-format', 'xywh')];
    expect(expected.code).toBe(0);
    expect(found.stdout).toBe(expected.stdout);
  });

  it('has its odd features counted by builds and evaluations', async () => {
    const odd = await smallProject({ test: IMAGES });
    const features = Float32Array.from({ length: IMAGES * 12 }, (_, index) =>
      index < 12 ? 0 : 1 + (index % 5),
    );
    writeFileSync(join(odd.data, 'test_ims.npy'), npyBytes("'<f4'", [IMAGES, 3, 4], features));
    const said = /test_ims\.npy: 1 of 6 images have no features but zeros.*image 0 \(0\.jpg\)/;
    const warnings: string[] = [];
    const report = { ...silentReport, warn: (line: string) => warnings.push(line) };
    const where = { index: odd.index, data: odd.data, checkpoint: odd.model, store };
    await buildIndex({ ...where, backend: 'wasm' }, report);
    expect(warnings.filter((line) => said.test(line))).toHaveLength(1);
    const { code, stderr } = await evaluate(odd);
    expect([code, stderr]).toEqual([0, expect.stringMatching(said)]);
    odd.remove();
  });

  it('can be named by every command that reads boxes', () => {
    const options = (command: Command): [string, string[]][] => [
      [command.name(), command.options.map(({ long }) => long ?? '')],
      ...command.commands.flatMap(options),
    ];
    const named = options(createProgram()).filter(([, flags]) => flags.includes('--box-format'));
    expect(named.map(([name]) => name).sort()).toEqual([
      'build',
      'coarse',
      'evaluate',
      'matcher',
      'nodes',
      'prepare',
      'score',
      'start',
      'train',
    ]);
  });
});
