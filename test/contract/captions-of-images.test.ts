import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertCheckpoint } from '../../batch/checkpoint/convert-checkpoint.ts';
import { evaluateCommand } from '../../batch/cli/commands/evaluate.ts';
import { scoreCommand } from '../../batch/cli/commands/score.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { loadModel } from '../../batch/model/load-model.ts';
import { silentReport } from '../../batch/report.ts';
import { searchIndex } from '../../batch/search/search-index.ts';
import { openRun } from '../../batch/training/open-run.ts';
import { runTraining } from '../../batch/training/run-training.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { openRecallEncoder } from '../../shared/retrieval/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { smallSplitFiles } from '../support/data-folder.ts';
import { runCommand } from '../support/run-command.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const IMAGES = 40;

/** Which caption belongs to which image, and what says so. */
interface Case {
  readonly name: string;
  readonly captionImages: readonly number[];
  /** `{split}_caption_images.txt` */
  readonly file?: string;
}

/** None, one, two and six captions, in an order of their own; every fifth image has none. */
const MIXED = Array.from({ length: IMAGES }, (_, image) =>
  Array<number>([0, 1, 2, 6, 1][image % 5] ?? 0).fill(image),
)
  .flat()
  .map((image, caption) => ({ image, order: (caption * 37) % 101 }))
  .sort((a, b) => a.order - b.order)
  .map(({ image }) => image);

const each = (count: number): number[] =>
  Array.from({ length: IMAGES * count }, (_, caption) => Math.floor(caption / count));

const CASES: readonly Case[] = [
  { name: 'one caption an image', captionImages: each(1) },
  { name: 'two captions an image', captionImages: each(2), file: '2 per image\n' },
  { name: 'mixed numbers of captions', captionImages: MIXED, file: `${MIXED.join('\n')}\n` },
];

describe.each(CASES)('data with $name', ({ captionImages, file }) => {
  let project: SmallProject;
  const own = (image: number): number[] =>
    captionImages.flatMap((other, caption) => (other === image ? [caption] : []));
  const options = (): string[] => [
    '--checkpoint',
    project.model,
    '--data',
    project.data,
    '--backend',
    'wasm',
  ];

  beforeAll(async () => {
    await loadTfjsBackend('wasm');
    project = await smallProject({});
    for (const split of ['test', 'train', 'dev']) {
      const files = smallSplitFiles(split, IMAGES, 1, captionImages.length);
      if (file !== undefined) files.set(`${split}_caption_images.txt`, file);
      for (const [name, content] of files) writeFileSync(join(project.data, name), content);
    }
  });
  afterAll(() => project.remove());

  it('is indexed with every image, and each image with its captions', async () => {
    const database = await startQdrantLocal({ path: join(project.data, '..', 'qdrant.sqlite'), port: 0 });
    try {
      const store = createQdrantStore({ url: database.url });
      const request = {
        index: project.index,
        data: project.data,
        checkpoint: project.model,
        backend: 'wasm',
        store,
      };
      const { generation } = await buildIndex(request, silentReport);
      const index = new IndexFolder(project.index);
      const manifest = await index.manifest(generation);
      expect([manifest.images.count, manifest.captions.count]).toEqual([IMAGES, captionImages.length]);
      const lines = (path: string): unknown[] =>
        readFileSync(join(index.generation(generation), path), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown);
      expect(lines(GENERATION_PATHS.imagePayloads)).toMatchObject(
        Array.from({ length: IMAGES }, (_, image) => ({
          name: `${image}.jpg`,
          captions: own(image).map((caption) => `caption ${caption}`),
        })),
      );
      expect(lines(GENERATION_PATHS.captionPayloads)).toEqual(
        captionImages.map((image, caption) => ({ text: `caption ${caption}`, image })),
      );
      const answer = await searchIndex({
        index,
        store,
        backend: 'wasm',
        query: 'a dog runs',
        limit: IMAGES,
        exhaustive: false,
        understand: true,
        collapse: true,
        fuse: true,
        memoryBytes: 2 ** 26,
        signal: new AbortController().signal,
      });
      expect(answer.hits.map(({ id }) => id).sort((a, b) => a - b)).toEqual(each(1));
      for (const { id, image } of answer.hits) {
        expect(image.captions).toEqual(own(id).map((caption) => `caption ${caption}`));
      }
    } finally {
      await database.close();
    }
  });

  it('is evaluated, whole and by folds, and written as a report', async () => {
    const report = join(project.data, '..', 'report');
    for (const folds of [[], ['--fold5']]) {
      const parameters = [...options(), '--split', 'test', ...folds, '--html', report, '--json'];
      const { data, metrics } = JSON.parse(await runCommand(evaluateCommand(), parameters));
      expect(data).toMatchObject({ images: IMAGES, captions: captionImages.length });
      for (const direction of ['imageToText', 'textToImage']) {
        expect(metrics[direction].r10).toBeGreaterThan(0);
        expect(metrics[direction].mean).toBeGreaterThanOrEqual(1);
      }
      const queries = readFileSync(join(report, 'queries.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const captioned = new Set(captionImages);
      expect(queries).toHaveLength(captionImages.length + captioned.size);
      for (const { direction, caption, image } of queries) {
        if (direction === 'text-to-image') expect(captionImages[caption]).toBe(image);
        else expect(own(image)).toContain(caption);
      }
    }
    rmSync(report, { recursive: true });
  });

  it('is no data of the released protocol', async () => {
    const parameters = [...options(), '--split', 'test', '--protocol', 'released'];
    await expect(runCommand(evaluateCommand(), parameters)).rejects.toMatchObject({ code: 'shape_mismatch' });
  });

  it('fits recall and ranking', async () => {
    const checkpoint = join(project.data, 'model_best.safetensors');
    await convertCheckpoint(project.model, checkpoint, 'legacy');
    const stages: string[] = [];
    const { model, engines } = await loadModel(
      { data: project.data, checkpoint, split: 'test', backend: 'wasm', cache: undefined },
      {
        ...silentReport,
        stage: (label, _unit, work) => {
          stages.push(label);
          return work(() => {});
        },
      },
    );
    await engines.encoder.dispose();
    await engines.matcher.dispose();
    expect(stages).toEqual(['fit recall on train', 'fit the weight on dev', 'calibrate on dev']);
    expect((await openRecallEncoder(model.coarse)).kind).toBe('cca');
    expect(model.ranking.coarseWeight).toBeGreaterThanOrEqual(0);
  });

  it('trains a network', async () => {
    const request = {
      data: project.data,
      vocabulary: join(project.data, 'vocab.json'),
      folder: { log: join(project.data, '..', 'log'), checkpoints: join(project.data, '..', 'checkpoint') },
      resume: undefined,
      backend: 'wasm',
      settings: {
        margin: 0.2,
        epochs: 1,
        batchSize: 8,
        wordEmbeddingSize: 6,
        jointSize: 16,
        gradientClip: 2,
        layers: 1,
        learningRate: 0.002,
        learningRateUpdate: 1,
        logStep: 100,
        validationStep: 100,
        maxViolation: false,
        warmupSteps: 0,
        normalizeImages: true,
        normalizeCaptions: true,
        bidirectional: false,
        softmaxTemperature: 9,
        blocks: 4,
        hiddenSize: 16,
        sparse: false,
        propagation: 'self' as const,
        seed: 5,
        saveStep: 100,
        validationImages: 30,
        twins: false,
        featureDropout: 0,
        shortQueries: 0,
      },
    };
    const run = await openRun(request);
    try {
      const backends = { training: 'wasm', validation: 'wasm' };
      const { steps, bestRsum } = await runTraining(request, run, backends, silentReport);
      expect(steps).toBe(Math.ceil(captionImages.length / 8));
      expect(bestRsum).toBeGreaterThan(0);
    } finally {
      await run.close();
    }
  });
});

describe('data whose folds have different numbers of captions', () => {
  it('has recalls, but no array of similarities by folds', async () => {
    const project = await smallProject({});
    try {
      const files = smallSplitFiles('test', 5, 1, 3).set('test_caption_images.txt', '0\n0\n4\n');
      for (const [name, content] of files) writeFileSync(join(project.data, name), content);
      const shared = [
        '--checkpoint',
        project.model,
        '--data',
        project.data,
        '--backend',
        'wasm',
        '--split',
        'test',
      ];
      const out = join(project.data, 'sims.npy');
      await runCommand(scoreCommand(), [...shared, '--out', out]);
      await expect(runCommand(scoreCommand(), [...shared, '--fold5', '--out', out])).rejects.toMatchObject({
        code: 'argument_invalid',
        message: expect.stringMatching(/2, 0, 0, 0, 1 captions/),
      });
    } finally {
      project.remove();
    }
  });
});
