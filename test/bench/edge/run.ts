import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { buildWorker } from '../../../infra/build-edge.ts';
import { startWorker } from '../../../infra/start-edge.ts';
import { bytesSource } from '../../../shared/formats/byte-source.ts';
import { createModel, type GenerationFiles, modelFiles } from '../../../shared/generation/index.ts';
import { createQueryEngines } from '../../../shared/platform/engines/index.ts';
import { openTextEncoder } from '../../../shared/retrieval/text-encoders.ts';
import { queryModelFile } from '../../../shared/search/query-model.ts';
import { encodeQuery, parseVocabulary } from '../../../shared/text/index.ts';
import { calmParameters } from '../../support/calm-parameters.ts';
import { randomNumbers, seededRandom } from '../../support/random.ts';
import { smallConfig } from '../../support/random-model.ts';
import { machine, quantile } from '../statistics.ts';

/** Sizes of the published Flickr30K model, except for D; and of a recall encoder fitted on its words. */
const [WORDS, BAG, DIMENSIONS] = [8481, 4096, 256];
const SPECIAL = ['<pad>', '<start>', '<end>', '<unk>'];
/** Sentences of twelve words, and how many are encoded in one request: a Worker's clock stands still while it computes. */
const [LENGTH, BATCH, BATCHES] = [12, 20, 12];

/** Measures the encoding of queries in a Worker: the model's bytes, memory of the process, time for loading and encoding. */
export async function run(): Promise<void> {
  process.stdout.write(`queries encoded in workerd, ${WORDS} words, ${machine()}\n`);
  for (const jointSize of [256, 1024]) process.stdout.write(`${await measure(jointSize)}\n`);
}

async function measure(jointSize: number): Promise<string> {
  const { model, files, random } = await randomModel(jointSize);
  const manifest = {
    id: 'bench',
    collections: { images: 'bench', captions: 'bench' },
    images: { count: 1, regions: 1 },
    ranking: model.ranking,
    model: { config: model.config, fingerprints: model.fingerprints },
  };
  const file = await queryModelFile(files, manifest, false);
  const { bytes } = file;
  const server = createServer((_request, response) => {
    response.setHeader('content-length', bytes);
    Readable.from(file.pieces()).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), 'gsmn-bench-edge-'));
  const worker = await startWorker(await buildWorker('test/bench/edge/worker.ts', folder), {
    vars: { MODEL_URL: `http://127.0.0.1:${port}/` },
    onLog: ({ text }) => process.stderr.write(`${text}\n`),
  });
  try {
    const before = memory();
    const began = performance.now();
    await post(`${worker.url}/load`, undefined);
    const loadMs = performance.now() - began;
    const sentences = Array.from({ length: BATCH * BATCHES }, () => sentence(random));
    const times: number[] = [];
    const found: number[] = [];
    for (let from = 0; from < sentences.length; from += BATCH) {
      const start = performance.now();
      found.push(...((await post(`${worker.url}/encode`, sentences.slice(from, from + BATCH))) as number[]));
      times.push((performance.now() - start) / BATCH);
    }
    await assertSame(model, sentences, found);
    const after = memory();
    const mebibytes = (size: number) => `${(size / 2 ** 20).toFixed(1)} MiB`;
    return [
      `D ${jointSize}: query model ${mebibytes(bytes)}; the process ${mebibytes(before.now)} before, ${mebibytes(after.now)} after, ${mebibytes(after.most)} at most`,
      `  loaded in ${loadMs.toFixed(0)} ms; a query of ${LENGTH} words ${quantile(times.slice(2), 0.5).toFixed(2)} ms (median of ${BATCHES - 2} batches), same vectors as in Node`,
    ].join('\n');
  } finally {
    await worker.close();
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

async function randomModel(jointSize: number) {
  const random = seededRandom(1);
  const words = [...SPECIAL, ...Array.from({ length: WORDS - SPECIAL.length }, (_, index) => word(index))];
  const config = smallConfig({
    vocabularySize: WORDS,
    wordEmbeddingSize: 300,
    jointSize,
    blocks: 16,
    kernels: 8,
    hiddenSize: 32,
  });
  const bag = Array.from({ length: BAG }, (_, index) => SPECIAL.length + index);
  const tensor = (...shape: number[]) => ({
    shape,
    data: randomNumbers(
      random,
      shape.reduce((product, extent) => product * extent, 1),
    ),
  });
  const model = await createModel({
    config,
    parameters: calmParameters(random, config),
    vocabulary: parseVocabulary(
      JSON.stringify({ word2idx: Object.fromEntries(words.map((text, id) => [text, id])) }),
      'the vocabulary',
    ),
    coarse: {
      config: {
        format: 'gsmn-coarse-head',
        version: 1,
        kind: 'cca',
        dimensions: DIMENSIONS,
        features: { image: { regions: 1, nodes: 0 }, text: { bag, words: jointSize } },
      },
      tensors: new Map([
        ['image.projection', tensor(DIMENSIONS, 1)],
        ['image.offset', tensor(DIMENSIONS)],
        ['text.projection', tensor(BAG + jointSize, DIMENSIONS)],
        ['text.offset', tensor(DIMENSIONS)],
      ]),
    },
    ranking: { shortlist: 100, coarseWeight: 1 },
  });
  const stored = modelFiles(model);
  const files: GenerationFiles = {
    name: 'the random model',
    open: async (path) => bytesSource(path, stored.get(path.replace(/^model\//, '')) ?? new Uint8Array()),
  };
  return { model, files, random };
}

/** Only letters, so that a sentence has exactly the words that were written. */
function word(index: number): string {
  return `w${index.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '')}x`;
}

function sentence(random: () => number): string {
  // Half of the words are frequent, as in sentences.
  const next = () => word(Math.floor(random() * (random() < 0.5 ? 200 : WORDS - SPECIAL.length)));
  return Array.from({ length: LENGTH }, next).join(' ');
}

async function post(url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) ?? null });
  if (!answer.ok) throw new Error(`${url} returned ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Throws if vectors differ from those that Node computes. */
async function assertSame(
  model: Awaited<ReturnType<typeof randomModel>>['model'],
  sentences: readonly string[],
  found: readonly number[],
): Promise<void> {
  const { encoder, matcher } = await createQueryEngines(model.config, model.parameters, 'simd');
  const recall = await openTextEncoder(model.coarse, 'the recall encoder');
  for (const [index, text] of sentences.entries()) {
    const { ids } = encodeQuery(text, model.vocabulary);
    if (ids.length !== LENGTH + 2) throw new Error(`"${text}" has ${ids.length - 2} words`);
    const [nodes = new Float32Array()] = await encoder.encodeCaptions([ids]);
    const [vector] = await recall.encodeTexts([{ text, ids, words: nodes }]);
    if (vector?.[0] !== found[index]) throw new Error(`"${text}": ${found[index]}, in Node ${vector?.[0]}`);
  }
  await encoder.dispose();
  await matcher.dispose();
}

/** Memory of the workerd that this process started, in bytes: resident now, and at most. Only Linux reports it. */
function memory(): { readonly now: number; readonly most: number } {
  const child = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'workerd');
  const status = child === undefined ? '' : readFileSync(`/proc/${child}/status`, 'utf8');
  const kibibytes = (name: string) =>
    1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
  return { now: kibibytes('VmRSS'), most: kibibytes('VmHWM') };
}
