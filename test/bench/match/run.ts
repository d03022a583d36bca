import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createSimdMatcher } from '../../../shared/match/simd/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import { loadTfjsBackend } from '../../../shared/platform/tfjs/index.ts';
import { type MatchPrecision, matchPrecisionSchema, type Propagation } from '../../../shared/schema/index.ts';
import { machine } from '../statistics.ts';
import { allPairs } from './all-pairs.ts';
import { check } from './check.ts';
import {
  type Contender,
  type Sample,
  simdContender,
  simdName,
  tfjsContender,
  webgpuContender,
} from './contenders.ts';
import { latencies, type Measured, measure, type Spread, spread } from './measure.ts';
import { REGIONS, randomSample, WORDS } from './random-sample.ts';
import { type CaseResult, fixed, rerankTable, table } from './report.ts';
import { productContenders, readBandwidth } from './yardsticks.ts';

const DOCUMENT = join(import.meta.dirname, '../../../docs/performance.md');
const MARKED = /(<!-- match -->\n)[\s\S]*?(<!-- \/match -->)/;

const [IMAGES, CAPTIONS] = [100, 60];

/**
 * Pairs per second of the matchers; results are checked against the plain reference first.
 * `--sizes 256,1024 --propagations self,neighbours --threads 1,2 --rounds 9 --json --update`, or `--all-pairs`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '256,1024' },
      propagations: { type: 'string', default: 'self,neighbours' },
      threads: { type: 'string', default: '1,2' },
      rounds: { type: 'string', default: '9' },
      /** Times a whole test split instead: 1000 images with 5000 captions at D 1024, in both precisions. */
      'all-pairs': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      /** Writes the table into docs/performance.md. */
      update: { type: 'boolean', default: false },
    },
  });
  if (values['all-pairs']) {
    const results = await allPairs();
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ bench: 'match --all-pairs', machine: machine(), results })}\n`
        : `${machine()}; 1000 images x 5000 captions, D 1024\n${results.map(({ precision, seconds }) => `${precision} ${seconds.toFixed(1)} s`).join('\n')}\n`,
    );
    return;
  }
  const numbers = (text: string) => text.split(',').map(Number);
  await loadTfjsBackend('wasm');
  const results: CaseResult[] = [];
  for (const jointSize of numbers(values.sizes)) {
    for (const propagation of values.propagations.split(',') as Propagation[]) {
      const sample = randomSample(jointSize, propagation, { images: IMAGES, captions: CAPTIONS });
      results.push(await measureCase(sample, numbers(values.threads), Number(values.rounds)));
    }
  }
  const bandwidth = await readBandwidth(Number(values.rounds));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ bench: 'match', machine: machine(), bandwidth, results })}\n`);
    return;
  }
  const text =
    `${machine()}; ${REGIONS} regions, ${WORDS} words, ${IMAGES} x ${CAPTIONS} pairs per call; median (quartiles) of ` +
    `${values.rounds} rounds in turn; a thread reads ${fixed(bandwidth)} GB/s from memory\n\n` +
    `${table(results, bandwidth)}\n\n${rerankTable(results)}\n`;
  process.stdout.write(text);
  if (!values.update) return;
  const document = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(
    DOCUMENT,
    document.replace(MARKED, (_, open: string, close: string) => `${open}${text}${close}`),
  );
}

async function measureCase(sample: Sample, threads: readonly number[], rounds: number): Promise<CaseResult> {
  const contenders: Contender[] = [...(await productContenders(sample))];
  try {
    for (const precision of matchPrecisionSchema.options) {
      for (const count of threads) contenders.push(await simdContender(sample, precision, count, true));
      contenders.push(await simdContender(sample, precision, 1, false));
    }
    contenders.push(await tfjsContender(sample));
    const webgpu = await webgpuContender(sample);
    if (webgpu !== undefined) contenders.push(webgpu);
    const errors: number[] = [];
    for (const contender of contenders) errors.push(await check(contender, sample));
    const { jointSize, propagation } = sample.config;
    const measured = await measure(contenders, errors, rounds);
    const rerank = await forEachPrecision((precision) => rerankLatency(sample, precision));
    const both = threads.includes(1) && threads.includes(2);
    const twoThreads = both
      ? await forEachPrecision(async (precision) => speedUp(measured, precision))
      : undefined;
    return { jointSize, propagation, measured, rerank, twoThreads };
  } finally {
    for (const contender of contenders) await contender.dispose();
  }
}

async function forEachPrecision(
  work: (precision: MatchPrecision) => Promise<Spread>,
): Promise<Record<MatchPrecision, Spread>> {
  return { f32: await work('f32'), i8: await work('i8') };
}

/** Elapsed time on one thread divided by that on two, in the same round. */
function speedUp(measured: readonly Measured[], precision: MatchPrecision): Spread {
  const seconds = (threads: number) =>
    measured.find(({ name }) => name === simdName(precision, threads))?.elapsed ?? [];
  const two = seconds(2);
  return spread(seconds(1).map((one, round) => one / (two[round] ?? Number.NaN)));
}

async function rerankLatency(sample: Sample, precision: MatchPrecision): Promise<Spread> {
  const { config, parameters, images, captions } = sample;
  const matcher = createSimdMatcher(config, parameters, await nodeKernelRuntime(), { precision });
  const prepared = await matcher.prepareImages(images);
  const times = await latencies(() => matcher.score(prepared, captions.slice(0, 1)), 100);
  await matcher.dispose();
  return times;
}
