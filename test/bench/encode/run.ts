import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadTfjsBackend } from '../../../shared/platform/tfjs/index.ts';
import { calmParameters } from '../../support/calm-parameters.ts';
import { seededRandom } from '../../support/random.ts';
import { smallConfig } from '../../support/random-model.ts';
import { machine, quantile } from '../statistics.ts';
import { check } from './check.ts';
import { type Contender, contenders, type Sample } from './contenders.ts';

const DOCUMENT = join(import.meta.dirname, '../../../docs/performance.md');
const MARKED = /(<!-- encode -->\n)[\s\S]*?(<!-- \/encode -->)/;

/** L with `<start>` and `<end>`, E, V. */
const [WORDS, EMBEDDING, VOCABULARY] = [14, 300, 8000];

const WARM_UP_MS = 2000;

/** Time for other threads to finish what the previous contender left to them (garbage), which would count for the next one. */
const PAUSE_MS = 100;

/** Milliseconds of processor time for each caption. */
interface Measured {
  readonly jointSize: number;
  readonly name: string;
  readonly captionsOfCall: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly best: number;
}

/**
 * Milliseconds of one core for encoding a caption; nodes are checked against the plain reference first.
 * `--sizes 256,1024 --rounds 25 --json --update`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '256,1024' },
      rounds: { type: 'string', default: '25' },
      json: { type: 'boolean', default: false },
      /** Writes the table into docs/performance.md. */
      update: { type: 'boolean', default: false },
    },
  });
  await loadTfjsBackend('wasm');
  const results: Measured[] = [];
  let error = 0;
  for (const jointSize of values.sizes.split(',').map(Number)) {
    const sample = randomSample(jointSize);
    const all = await contenders(sample);
    error = Math.max(error, await check(all, sample));
    results.push(...(await measure(all, sample, Number(values.rounds))));
    for (const { encoder } of all) await encoder.dispose();
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ bench: 'encode', machine: machine(), error, results })}\n`);
    return;
  }
  const text =
    `${machine()}; two directions, E ${EMBEDDING}, ${WORDS} words, one core; median (quartiles) of ` +
    `${values.rounds} rounds in turn; largest difference from the reference ${error.toExponential(0)}\n\n${table(results)}\n`;
  process.stdout.write(text);
  if (!values.update) return;
  const document = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(
    DOCUMENT,
    document.replace(MARKED, (_, open: string, close: string) => `${open}${text}${close}`),
  );
}

/** Times contenders in turn, round by round, so that other work on the machine affects all of them. */
async function measure(all: readonly Contender[], sample: Sample, rounds: number): Promise<Measured[]> {
  const times = all.map((): number[] => []);
  for (const contender of all) {
    const began = performance.now();
    // Until the JavaScript engine has replaced its first code by optimised code.
    for (let round = 0; performance.now() - began < WARM_UP_MS; round++)
      await processorTime(contender, sample, round);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of all.entries())
      times[index]?.push(await processorTime(contender, sample, round));
  }
  return all.map(({ name, captionsOfCall }, index) => {
    const own = times[index] ?? [];
    return {
      jointSize: sample.config.jointSize,
      name,
      captionsOfCall,
      median: quantile(own, 0.5),
      low: quantile(own, 0.25),
      high: quantile(own, 0.75),
      best: Math.min(...own),
    };
  });
}

/** Milliseconds of processor time of all threads for a caption, over as many calls as the sample has captions for. */
async function processorTime(
  { encoder, captionsOfCall, repeats = false }: Contender,
  { captions }: Sample,
  round: number,
): Promise<number> {
  const calls = captionsOfCall === 1 ? 8 : 1;
  const first = repeats ? 0 : (round * calls * captionsOfCall) % captions.length;
  await pause(PAUSE_MS);
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) {
    const start = first + call * captionsOfCall;
    await encoder.encodeCaptions(captions.slice(start, start + captionsOfCall));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (calls * captionsOfCall);
}

/** Random captions between `<start>` (1) and `<end>` (2), and a network of two directions. */
function randomSample(jointSize: number): Sample {
  const random = seededRandom(20261205);
  const config = smallConfig({
    jointSize,
    vocabularySize: VOCABULARY,
    wordEmbeddingSize: EMBEDDING,
    blocks: 16,
    kernels: 8,
    hiddenSize: 32,
  });
  const word = () => 4 + Math.floor(random() * (VOCABULARY - 4));
  return {
    config,
    parameters: calmParameters(random, config),
    captions: Array.from({ length: 1024 }, () => [1, ...Array.from({ length: WORDS - 2 }, word), 2]),
  };
}

function table(results: readonly Measured[]): string {
  const head = ['D', 'engine', 'captions a call', 'ms a caption', 'fastest'];
  const rows = results.map(({ jointSize, name, captionsOfCall, median, low, high, best }) => [
    `${jointSize}`,
    name,
    `${captionsOfCall}`,
    `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
    best.toFixed(2),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
