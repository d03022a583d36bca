import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadNetwork } from '../../batch/checkpoint/load-network.ts';
import { parseTrainingLog } from '../../batch/plot/training-log.ts';
import { silentReport } from '../../batch/report.ts';
import { openRun, type TrainingRequest } from '../../batch/training/open-run.ts';
import { runTraining } from '../../batch/training/run-training.ts';
import { AppError } from '../../shared/errors/index.ts';
import { readEvents } from '../../shared/formats/tensorboard/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { startCommandProcess } from '../support/command-process.ts';
import { npyBytes, smallSplitFiles } from '../support/data-folder.ts';
import { type GsmnRun, runGsmn } from '../support/run-gsmn.ts';

const WORDS = ['<pad>', '<start>', '<end>', '<unk>', 'dog', 'runs', 'cat', 'sleeps'];
const BACKENDS = { training: 'wasm', validation: 'wasm' };

let root = '';

/** 12 images for training are 60 captions: 8 batches an epoch. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gsmn-training-'));
  mkdirSync(join(root, 'data'));
  const vocabulary = { word2idx: Object.fromEntries(WORDS.map((word, id) => [word, id])) };
  writeFileSync(join(root, 'data/vocab.json'), JSON.stringify(vocabulary));
  for (const [split, images] of [
    ['train', 12],
    ['dev', 4],
  ] as const) {
    for (const [name, content] of smallSplitFiles(split, images))
      writeFileSync(join(root, 'data', name), content);
  }
});
afterEach(() => rmSync(root, { recursive: true }));

function request(
  run: string,
  changes: Partial<TrainingRequest['settings']> = {},
  resume?: string,
): TrainingRequest {
  return {
    data: join(root, 'data'),
    vocabulary: join(root, 'data/vocab.json'),
    folder: { log: join(root, run, 'log'), checkpoints: join(root, run, 'checkpoint') },
    resume,
    backend: 'wasm',
    settings: {
      margin: 0.2,
      epochs: 2,
      batchSize: 8,
      wordEmbeddingSize: 6,
      jointSize: 16,
      gradientClip: 2,
      layers: 1,
      learningRate: 0.002,
      learningRateUpdate: 1,
      logStep: 2,
      validationStep: 3,
      maxViolation: true,
      warmupSteps: 3,
      normalizeImages: true,
      normalizeCaptions: true,
      bidirectional: true,
      softmaxTemperature: 9,
      blocks: 4,
      hiddenSize: 16,
      sparse: true,
      propagation: 'neighbours',
      seed: 5,
      saveStep: 2,
      twins: false,
      featureDropout: 0.2,
      shortQueries: 0,
      ...changes,
    },
  };
}

async function train(asked: TrainingRequest, signal?: AbortSignal) {
  const run = await openRun(asked);
  try {
    return await runTraining(asked, run, BACKENDS, silentReport, signal);
  } finally {
    await run.close();
  }
}

/** Stops at the n-th check for an abort. */
function stopAfter(questions: number): AbortSignal {
  const controller = new AbortController();
  const ask = controller.signal.throwIfAborted.bind(controller.signal);
  let left = questions;
  controller.signal.throwIfAborted = () => {
    left -= 1;
    if (left < 0) controller.abort(new AppError('cancelled', 'stopped'));
    ask();
  };
  return controller.signal;
}

/** The command line for `request`. */
function parameters(run: string, more: readonly string[] = []): string[] {
  const options =
    `--backend wasm --is_sparse --propagation neighbours --bi_gru --max_violation --warmup-steps 3
    --batch_size 8 --word_dim 6 --embed_size 16 --num_block 4 --hid_dim 16 --lambda_softmax 9 --seed 5
    --learning_rate 0.002 --lr_update 1 --log_step 2 --val_step 3 --save-step 2`.split(/\s+/);
  const folders = ['--logger_name', join(root, run, 'log'), '--model_name', join(root, run, 'checkpoint')];
  return ['train', '--data', join(root, 'data'), ...options, ...folders, ...more];
}

const checkpoint = (run: string, name: string) => readFileSync(join(root, run, 'checkpoint', name));

/** Every checkpoint of a run is the same, byte for byte. */
function expectSameRun(run: string, expected: string): void {
  const names = readdirSync(join(root, expected, 'checkpoint')).sort();
  expect(names).toContain('model_best.safetensors');
  expect(readdirSync(join(root, run, 'checkpoint')).sort()).toEqual(names);
  for (const name of names) {
    expect(checkpoint(run, name).equals(checkpoint(expected, name)), name).toBe(true);
  }
}

describe('a training run', () => {
  beforeAll(() => loadTfjsBackend('wasm'));

  it('writes checkpoints, a log, event files and a plot', async () => {
    const result = await train(request('run'));
    expect(result.steps).toBe(16);
    expect(readdirSync(join(root, 'run/checkpoint')).sort()).toEqual([
      'checkpoint_0.safetensors',
      'checkpoint_1.safetensors',
      'model_best.safetensors',
      'state.safetensors',
    ]);
    const { entries, cutLine } = parseTrainingLog(
      readFileSync(join(root, 'run/log/log.jsonl'), 'utf8'),
      'log',
    );
    expect(cutLine).toBeUndefined();
    const steps = entries.filter((entry) => entry.type === 'step');
    expect(steps.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
    expect(steps.map(({ lr }) => lr)).toEqual([...Array(4).fill(0.002), ...Array(4).fill(0.002 * 0.1)]);
    const validations = entries.filter((entry) => entry.type === 'validation');
    expect(validations.map(({ step }) => step)).toEqual([3, 6, 8, 9, 12, 15, 16]);
    expect(result.bestRsum).toBe(Math.max(...validations.map(({ rsum }) => rsum)));

    const [events = ''] = readdirSync(join(root, 'run/log')).filter((name) =>
      name.startsWith('events.out.tfevents.'),
    );
    const { events: found } = await readEvents(events, readFileSync(join(root, 'run/log', events)));
    const losses = found.flatMap(({ step, scalars }) =>
      scalars.has('Le') ? [[step, scalars.get('Le')]] : [],
    );
    expect(losses).toEqual(steps.map(({ step, loss }) => [step, Math.fround(loss)]));
    expect(readFileSync(result.plot, 'utf8')).toMatch(/^<svg .*best rsum/s);

    const best = await loadNetwork(result.best);
    expect(best.config).toMatchObject({ jointSize: 16, sparse: true, propagation: 'neighbours' });
    expect(best.options?.get('max_violation')).toBe(true);
  });

  it.each([0, 1, 4, 8, 13, 40, 60])(
    'that is stopped (at check %i) resumes bit for bit',
    async (questions) => {
      await train(request('whole'));
      const stopped = await train(request('parts'), stopAfter(questions)).catch((thrown: unknown) => thrown);
      // Late stops come after the end.
      if (stopped instanceof AppError) {
        expect(stopped.code).toBe('cancelled');
        expect(stopped.hint).toContain('--resume');
        await train(request('parts', {}, join(root, 'parts/checkpoint/state.safetensors')));
      } else {
        expect(questions).toBeGreaterThan(16);
      }
      expectSameRun('parts', 'whole');
    },
  );

  it('resumes with its boxes in one format only', async () => {
    // Plausible in both formats.
    for (const [split, images] of [
      ['train', 12],
      ['dev', 4],
    ] as const) {
      const boxes = Float32Array.from({ length: images * 12 }, (_, index) => (index % 4 < 2 ? 10 : 20));
      writeFileSync(join(root, `data/${split}_ims_bbx.npy`), npyBytes("'<f4'", [images, 3, 4], boxes));
    }
    await train(request('run', { epochs: 1 }));
    const again = request('run', {}, join(root, 'run/checkpoint/state.safetensors'));
    await expect(train({ ...again, boxFormat: 'xywh' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/box_format xyxy, not xywh/),
    });
    await train({ ...again, boxFormat: 'xyxy' });
  });

  it('names the source of its features, and accepts no other', async () => {
    const name = { source: 'some-source', version: 1, regions: 3, featureSize: 4 };
    const write = (split: string, features: object): void =>
      writeFileSync(join(root, 'data', `${split}_features.json`), JSON.stringify(features));
    write('train', name);
    await expect(train(request('run', { epochs: 1 }))).rejects.toMatchObject({
      code: 'fingerprint_mismatch',
      message: expect.stringMatching(
        /train has features of "some-source" .* dev features of an unnamed source/,
      ),
    });
    write('dev', name);
    const { best } = await train(request('run', { epochs: 1 }));
    expect((await loadNetwork(best)).features).toEqual(name);
    const state = join(root, 'run/checkpoint/state.safetensors');
    for (const split of ['train', 'dev']) write(split, { ...name, version: 2 });
    await expect(train(request('run', {}, state))).rejects.toMatchObject({ code: 'fingerprint_mismatch' });
    await expect(train(request('next', {}, best))).rejects.toMatchObject({ code: 'fingerprint_mismatch' });
    for (const split of ['train', 'dev']) write(split, name);
    await train(request('run', {}, state));
  });

  it('resumes for more epochs than it was started for', async () => {
    await train(request('long', { epochs: 3 }));
    await train(request('short'));
    await train(request('short', { epochs: 3 }, join(root, 'short/checkpoint/state.safetensors')));
    expect((await loadNetwork(join(root, 'short/checkpoint/checkpoint_2.safetensors'))).parameters).toEqual(
      (await loadNetwork(join(root, 'long/checkpoint/checkpoint_2.safetensors'))).parameters,
    );
  });

  it('starts with the parameters of another checkpoint', async () => {
    await train(request('first', { epochs: 1 }));
    await train(request('second', {}, join(root, 'first/checkpoint/checkpoint_0.safetensors')));
    expect(readdirSync(join(root, 'second/checkpoint'))).toContain('checkpoint_1.safetensors');
    expect(readdirSync(join(root, 'second/checkpoint'))).not.toContain('checkpoint_0.safetensors');
  });

  it('starts a new run from the parameters of a network', async () => {
    await train(request('first', { epochs: 1 }));
    const start = join(root, 'first/checkpoint/checkpoint_0.safetensors');
    const run = await openRun({ ...request('second'), start });
    await run.close();
    expect(run.progress).toEqual({ epoch: 0, batchInEpoch: 0, steps: 0, bestRsum: null });
    expect(run.parameters).toEqual((await loadNetwork(start)).parameters);
  });

  it('adds short queries to its captions, and resumes in the same bytes', async () => {
    const texts = Array.from({ length: 60 }, (_, caption) =>
      caption % 2 === 0 ? 'dog runs' : 'the cat sleeps',
    );
    writeFileSync(join(root, 'data/train_caps.txt'), `${texts.join('\n')}\n`);
    const changes = { shortQueries: 2, sparse: false, epochs: 1 };
    const captions = await train(request('captions', { ...changes, shortQueries: 0 }));
    const whole = await train(request('whole', changes));
    expect(whole.steps).toBeGreaterThan(captions.steps);
    await expect(train(request('run', changes), stopAfter(6))).rejects.toMatchObject({ code: 'cancelled' });
    await train(request('run', changes, join(root, 'run/checkpoint/state.safetensors')));
    expectSameRun('run', 'whole');
  });

  it('does not overwrite another one', async () => {
    await train(request('run', { epochs: 1 }));
    await expect(train(request('run'))).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('--resume'),
    });
  });

  it.each([
    ['seed', { seed: 6 }],
    ['batch_size', { batchSize: 9 }],
    ['jointSize', { jointSize: 32 }],
    ['max_violation', { maxViolation: false }],
    ['feature_dropout', { featureDropout: 0.1 }],
  ])('does not resume with another %s', async (name, changes) => {
    await train(request('run', { epochs: 1 }));
    const state = join(root, 'run/checkpoint/state.safetensors');
    await expect(train(request('run', changes, state))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(name),
    });
  });

  it.each([
    ['train_ims.npy', 'file_missing', {}],
    ['dev_ims.npy', 'file_missing', {}],
    ['train_precaps_stan.txt', 'file_missing', {}],
    ['train_caps.json', 'file_missing', {}],
    ['nothing, but asks for another F', 'shape_mismatch', { imageFeatureSize: 2048 }],
    ['nothing, but cannot cut D into its blocks', 'argument_invalid', { blocks: 5 }],
    ['nothing, but wants twins', 'file_missing', { twins: true }],
    ['train_caps.txt', 'file_missing', { shortQueries: 1 }],
    ['nothing, but wants short queries without parses', 'argument_invalid', { shortQueries: 1 }],
  ] as const)('names what is missing in the folder: %s', async (file, code, changes) => {
    rmSync(join(root, 'data', file), { force: true });
    await expect(train(request('run', changes))).rejects.toMatchObject({ code });
    expect(existsSync(join(root, 'run'))).toBe(false);
  });

  it('stops at the step whose numbers are not finite, and keeps the state before it', async () => {
    await expect(train(request('run', { saveStep: 1, learningRate: 1e30 }))).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/step \d+ \(epoch 1, batch \d+\): the .* is (NaN|-?Infinity)/),
    });
  });
});

describe('gsmn train', () => {
  const interrupt = { when: 'step 6', signal: 'SIGINT' } as const;
  let whole: GsmnRun;

  it('accepts the released flags, saves its state on Ctrl-C, and resumes bit for bit', async () => {
    whole = await runGsmn(parameters('whole', ['--num_epochs', '2']));
    expect(whole.stderr).toContain('network: D 16, sparse, propagation neighbours, seed 5');
    expect(whole.code).toBe(0);
    expect(whole.stdout).toMatch(/^best: .*model_best\.safetensors \(rsum/);

    const stopped = await runGsmn(parameters('parts', ['--num_epochs', '2']), interrupt);
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('--resume');
    const rest = await runGsmn(parameters('parts', ['--num_epochs', '2', '--resume']));
    expect(rest.stderr).toMatch(/resumes after step \d+/);
    expect(rest.code).toBe(0);
    expectSameRun('parts', 'whole');
  });

  it('resumes from its last state after it was killed', async () => {
    await runGsmn(parameters('whole', ['--num_epochs', '2']));
    const child = startCommandProcess(parameters('parts', ['--num_epochs', '2']));
    try {
      const until = Date.now() + 50_000;
      while (!child.stderr().includes('step 8') && Date.now() < until)
        await new Promise((go) => setTimeout(go, 5));
    } finally {
      child.destroy();
    }
    await child.ended;
    const rest = await runGsmn(parameters('parts', ['--num_epochs', '2', '--resume']));
    expect(rest.stderr).toMatch(/resumes after step \d+/);
    expect(rest.code).toBe(0);
    expectSameRun('parts', 'whole');
  });

  it.each([
    [['--batch_size', 'many'], '--batch_size must be a number'],
    [['--batch_size', '1'], '--batch_size 1'],
    [['--feat_dim', '8'], '--feat_dim 8 is not --num_block 4'],
    [['--out_dim', '2'], '--out_dim 2'],
    [['--resume'], 'there is no run to resume'],
    [['--resume', 'nowhere.pth.tar'], 'nowhere.pth.tar does not exist'],
  ])('refuses %s', async (wrong, message) => {
    const { code, stderr } = await runGsmn(parameters('run', wrong));
    expect(stderr).toContain(message);
    expect([2, 3]).toContain(code);
  });
});

/** A file system of one mebibyte; only root may make one. */
function smallDisk(path: string): boolean {
  try {
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a full disk', () => {
  it('stops the run with a hint, and keeps the previous state intact', async ({ skip }) => {
    const disk = join(root, 'full');
    if (!smallDisk(disk)) skip('mounting a small file system needs root');
    try {
      await loadTfjsBackend('wasm');
      const asked = request('full');
      const outside = { ...asked, folder: { log: join(root, 'log'), checkpoints: disk } };
      await expect(train(outside)).rejects.toMatchObject({
        code: 'file_unwritable',
        message: expect.stringContaining('disk is full'),
      });
      const left = readdirSync(disk);
      expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      for (const name of left) await loadNetwork(join(disk, name));
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
