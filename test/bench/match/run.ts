import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createSimdMatcher } from '../../../shared/match/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import { loadTfjsBackend } from '../../../shared/platform/tfjs/index.ts';
import type { Propagation } from '../../../shared/schema/index.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../support/random.ts';
import { randomParameters, smallConfig } from '../../support/random-model.ts';
import { machine } from '../statistics.ts';
import { check } from './check.ts';
import { productContender, type Sample, simdContender, tfjsContender } from './contenders.ts';
import { latencies, measure } from './measure.ts';
import { type CaseResult, rerankTable, table } from './report.ts';

const DOCUMENT = join(import.meta.dirname, '../../../docs/performance.md');
const MARKED = /(<!-- match -->\n)[\s\S]*?(<!-- \/match -->)/;

const [REGIONS, WORDS] = [36, 14];
const [IMAGES, CAPTIONS] = [100, 60];

/**
 * Pairs a second of the matchers, answers checked against the plain reference first.
 * `--sizes 256,1024 --propagations self,neighbours --threads 1,2 --rounds 9 --json --update`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '256,1024' },
      propagations: { type: 'string', default: 'self,neighbours' },
      threads: { type: 'string', default: '1,2' },
      rounds: { type: 'string', default: '9' },
      json: { type: 'boolean', default: false },
      /** Writes the table into docs/performance.md. */
      update: { type: 'boolean', default: false },
    },
  });
  const numbers = (text: string) => text.split(',').map(Number);
  await loadTfjsBackend('wasm');
  const results: CaseResult[] = [];
  for (const jointSize of numbers(values.sizes)) {
    for (const propagation of values.propagations.split(',') as Propagation[]) {
      const sample = randomSample(jointSize, propagation);
      results.push(await measureCase(sample, numbers(values.threads), Number(values.rounds)));
    }
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ bench: 'match', machine: machine(), results })}\n`);
    return;
  }
  const error = Math.max(...results.map((result) => result.error)).toExponential(0);
  const text =
    `${machine()}; ${REGIONS} regions, ${WORDS} words, ${IMAGES} x ${CAPTIONS} pairs a call; median (quartiles) of ` +
    `${values.rounds} rounds in turn; largest difference from the reference ${error}\n\n${table(results)}\n\n${rerankTable(results)}\n`;
  process.stdout.write(text);
  if (!values.update) return;
  const document = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(
    DOCUMENT,
    document.replace(MARKED, (_, open: string, close: string) => `${open}${text}${close}`),
  );
}

async function measureCase(sample: Sample, threads: readonly number[], rounds: number): Promise<CaseResult> {
  const contenders = [await productContender(sample)];
  try {
    for (const count of threads) contenders.push(await simdContender(sample, count, true));
    contenders.push(await simdContender(sample, 1, false), await tfjsContender(sample));
    let error = 0;
    for (const contender of contenders) error = Math.max(error, await check(contender, sample));
    const { jointSize, propagation } = sample.config;
    const measured = await measure(contenders, rounds);
    return { jointSize, propagation, measured, rerank: await rerankLatency(sample), error };
  } finally {
    for (const contender of contenders) await contender.dispose();
  }
}

async function rerankLatency({ config, parameters, images, captions }: Sample) {
  const matcher = createSimdMatcher(config, parameters, await nodeKernelRuntime());
  const prepared = await matcher.prepareImages(images);
  const times = await latencies(() => matcher.score(prepared, captions.slice(0, 1)), 100);
  await matcher.dispose();
  return times;
}

/** Random unit vectors and boxes, and a network of the released proportions (T 16, K 8, H 32, λ 20). */
function randomSample(jointSize: number, propagation: Propagation): Sample {
  const random = seededRandom(20261128);
  const sizes = { blocks: 16, kernels: 8, hiddenSize: 32, softmaxTemperature: 20 };
  const config = smallConfig({ jointSize, propagation, ...sizes });
  const rows = (count: number) => {
    const numbers = randomNumbers(random, count * jointSize);
    for (let row = 0; row < count; row++) {
      const own = numbers.subarray(row * jointSize, (row + 1) * jointSize);
      const length = Math.hypot(...own);
      own.set(own.map((value) => value / length));
    }
    return numbers;
  };
  return {
    config,
    parameters: randomParameters(random, config),
    images: Array.from({ length: IMAGES }, () => ({
      nodes: rows(REGIONS),
      boxes: randomBoxes(random, REGIONS),
    })),
    captions: Array.from({ length: CAPTIONS }, () => ({ words: rows(WORDS) })),
    sizes: { regions: REGIONS, words: WORDS },
  };
}
