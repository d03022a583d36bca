import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { photoFeatureIdentity } from '../../batch/extraction/extract-photos.ts';
import { SENTENCE_SIZE } from '../../batch/photo-recall/sentences/sentence-encoder.ts';
import { onnxFile } from '../../shared/formats/onnx/index.ts';
import { readModel } from '../../shared/generation/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { SENTENCE_MODEL_FILES } from '../../shared/platform/sentence-model-files.ts';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { patches, putPhoto } from '../support/drawn-photos.ts';
import { randomNumbers, seededRandom } from '../support/random.ts';

const SEED = 20261128;
const WORDS = ['a', 'dog', 'cat', 'runs', 'sleeps', 'near', 'water', 'snow', 'one', 'two'];
const PIECES = ['[CLS]', '[SEP]', '[UNK]', ...WORDS];
/** Training needs 50 besides the eighth that is left out; one more is listed on two lines. */
const [PHOTOS, MEASURED] = [60, 6];

/** A sentence encoder of the same form as the one that is fetched: a vector for each word piece. */
function sentenceModel(): Uint8Array {
  const vectors = randomNumbers(seededRandom(SEED), PIECES.length * SENTENCE_SIZE);
  const sentences = (name: string) => ({ name, type: 'int64', shape: ['N', 'L'] }) as const;
  return onnxFile(
    {
      name: 'sentences',
      inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map(sentences),
      outputs: [{ name: 'last_hidden_state', type: 'float32', shape: ['N', 'L', SENTENCE_SIZE] }],
      constants: [
        {
          name: 'vectors',
          type: 'float32',
          shape: [PIECES.length, SENTENCE_SIZE],
          bytes: new Uint8Array(vectors.buffer),
        },
      ],
      nodes: [
        {
          operation: 'Gather',
          inputs: ['vectors', 'input_ids'],
          outputs: ['last_hidden_state'],
          attributes: {},
        },
      ],
    },
    'test',
    new Map(),
  );
}

describe(`gsmn photos train (seed ${SEED})`, { timeout: 900_000 }, () => {
  let root = '';
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'photo-training-'));
    const random = seededRandom(SEED);
    const sentence = () =>
      Array.from({ length: 5 }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
    const lines = await Promise.all(
      Array.from({ length: PHOTOS + MEASURED }, async (_, at) => {
        await putPhoto(
          join(root, 'images'),
          `${at}.png`,
          patches(at + 1)
            .png()
            .toBuffer(),
        );
        return { path: `images/${at}.png`, caption: [sentence(), sentence()] };
      }),
    );
    const list = (name: string, entries: readonly object[]) =>
      writeFileSync(join(root, name), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    const again = { id: 'again', path: 'images/0.png', caption: 'one dog runs' };
    list('list.jsonl', [...lines.slice(0, PHOTOS), again, { path: 'images/1.png', id: 'no caption' }]);
    list('others.jsonl', lines.slice(PHOTOS));
    mkdirSync(join(root, 'sentences'));
    writeFileSync(join(root, 'sentences', SENTENCE_MODEL_FILES.network), sentenceModel());
    writeFileSync(join(root, 'sentences', SENTENCE_MODEL_FILES.words), PIECES.join('\n'));
    const vectors = WORDS.map((word) => [word, [...randomNumbers(random, 100)]]);
    writeFileSync(
      join(root, 'vectors.json'),
      JSON.stringify({ dimensions: 100, words: WORDS, vectors: Object.fromEntries(vectors) }),
    );
  });
  const running: CommandProcess[] = [];
  afterAll(() => {
    for (const started of running) started.destroy();
    rmSync(root, { recursive: true });
  });

  function run(...parameters: readonly string[]): CommandProcess {
    const started = startCommandProcess(parameters);
    running.push(started);
    return started;
  }

  const at = (...parts: string[]) => join(root, ...parts);

  async function train(...more: readonly string[]) {
    const parameters = ['photos', 'train', at('list.jsonl'), '--test', at('others.jsonl')];
    const files = ['--sentences', at('sentences'), '--vectors', at('vectors.json')];
    const folders = ['--run', at('run'), '--cache', at('cache'), '--out', at('model')];
    const settings = ['--backend', 'wasm', '--epochs', '1', ...more];
    const started = run(...parameters, ...files, ...folders, ...settings);
    return { code: await started.ended, stdout: started.stdout(), stderr: started.stderr() };
  }

  it('makes a model of a list of captioned photographs, measures it, and does nothing twice', async () => {
    const first = await train();
    expect(first.code, first.stderr).toBe(0);
    const model = await readModel(folderFiles(at('model')));
    expect(model.features).toEqual(await photoFeatureIdentity());
    expect(model.coarse.config).toMatchObject({ kind: 'short-texts' });
    const record = JSON.parse(readFileSync(at('model-training', 'training.json'), 'utf8'));
    // The photograph that is listed twice is in one split, with the captions of both lines.
    expect(record.recall).toMatchObject({ photographs: PHOTOS, captions: 2 * PHOTOS + 1 });
    expect(record.recall.figures.dev.photographs).toBe(Math.floor(PHOTOS / 8));
    expect(record.recall.figures.test.photographs).toBe(MEASURED);
    for (const split of ['dev', 'test']) {
      expect(Object.keys(record.figures[split])).toEqual(['coarse', 'gsmn', 'fused', 'served']);
    }
    expect(JSON.parse(first.stdout)).toEqual(record.figures);
    expect(readFileSync(at('model-training', 'plot.svg'), 'utf8')).toMatch(/^<svg /);

    const fitted = statSync(at('run', 'recall', 'all', 'coarse.safetensors')).mtimeMs;
    const second = await train();
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).not.toContain('fit by contrast');
    expect(statSync(at('run', 'recall', 'all', 'coarse.safetensors')).mtimeMs).toBe(fitted);
    expect(JSON.parse(second.stdout)).toEqual(record.figures);
  });

  it('refuses a list without captions before anything is described', async () => {
    writeFileSync(at('bare.jsonl'), '{"path":"images/1.png"}\n');
    const folders = ['--run', at('none'), '--out', at('no-model'), '--cache', at('no-cache')];
    const started = run('photos', 'train', at('bare.jsonl'), '--vectors', at('vectors.json'), ...folders);
    expect(await started.ended).not.toBe(0);
    expect(started.stderr()).toContain('has no photographs with captions');
  });
});
