import process from 'node:process';
import { parseArgs } from 'node:util';
import { AppError } from '../../../shared/errors/index.ts';
import { createSimdMatcher } from '../../../shared/match/simd/index.ts';
import type { Matcher } from '../../../shared/model/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import type { Propagation } from '../../../shared/schema/index.ts';
import { type ImageStore, openImageStore } from '../../../shared/search/images/image-store.ts';
import { seededRandom } from '../../support/random.ts';
import { machine, quantile } from '../statistics.ts';
import { type RandomImages, randomImages } from './random-images.ts';

/** Images in a shortlist, number of shortlists used in turn, and the number of images that fit into memory. */
const [SHORTLIST, SHORTLISTS, FITTING] = [100, 12, 3];
const TOLERANCE = 1e-6;

/** Milliseconds of processor time (all threads) for a shortlist. */
interface Spent {
  readonly p50: number;
  readonly p95: number;
}

interface CaseResult {
  readonly jointSize: number;
  readonly propagation: Propagation;
  readonly imageKib: number;
  readonly cold: Spent;
  readonly warm: Spent;
}

/**
 * The cost of a shortlist of 100 images that are all cold (read, prepared, scored), and all warm. First, scores are
 * compared with those of images prepared together. `--sizes 256,1024 --propagations self,neighbours --rounds 60 --json`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '256,1024' },
      propagations: { type: 'string', default: 'self,neighbours' },
      rounds: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
    },
  });
  const results: CaseResult[] = [];
  for (const jointSize of values.sizes.split(',').map(Number)) {
    for (const propagation of values.propagations.split(',') as Propagation[]) {
      const images = await randomImages(SHORTLIST * SHORTLISTS, jointSize, propagation);
      try {
        results.push({ jointSize, propagation, ...(await measureCase(images, Number(values.rounds))) });
      } finally {
        await images.close();
      }
    }
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ bench: 'cache', machine: machine(), shortlist: SHORTLIST, results })}\n`
      : report(results),
  );
}

async function measureCase(
  images: RandomImages,
  rounds: number,
): Promise<Pick<CaseResult, 'imageKib' | 'cold' | 'warm'>> {
  // One thread, so that the processor time is that of the work and not of waiting threads.
  const matcher = createSimdMatcher(
    images.config,
    images.parameters,
    await nodeKernelRuntime({ threads: 1 }),
  );
  const one = await matcher.prepareImages(await images.reader.read(0, 1));
  const imageBytes = one.bytes;
  one.dispose();
  const store = await openImageStore(images.reader, matcher, FITTING * SHORTLIST * imageBytes);
  const lists = shortlists();
  await check(store, matcher, images, lists[SHORTLISTS - 1] ?? []);
  const score = async (ids: readonly number[]): Promise<number> => {
    const before = process.cpuUsage();
    await scores(store, matcher, images.words, ids);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  // Once through all shortlists, so that no image of the first ones remains from filling the cache.
  for (const ids of lists) await score(ids);
  const [cold, warm]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const ids = lists[round % SHORTLISTS] ?? [];
    const { misses } = store.status;
    cold.push(await score(ids));
    warm.push(await score(ids));
    if (store.status.misses - misses !== SHORTLIST)
      throw new AppError('internal', 'a shortlist was not cold');
  }
  await store.close();
  await matcher.dispose();
  return { imageKib: imageBytes / 1024, cold: spent(cold), warm: spent(warm) };
}

/** Shortlists without common images, with scattered ordinals. */
function shortlists(): number[][] {
  const random = seededRandom(11);
  const order = Array.from({ length: SHORTLIST * SHORTLISTS }, (_, id) => ({ id, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ id }) => id);
  return Array.from({ length: SHORTLISTS }, (_, list) =>
    order.slice(list * SHORTLIST, (list + 1) * SHORTLIST),
  );
}

async function scores(
  store: ImageStore,
  matcher: Matcher,
  words: Float32Array,
  ids: readonly number[],
): Promise<Float32Array> {
  const found = new Float32Array(ids.length);
  await store.use(ids, new AbortController().signal, async ({ prepared, from }) => {
    const { imageToText, textToImage } = await matcher.score(prepared, [{ words }]);
    for (const [index, score] of imageToText.entries()) {
      found[from + index] = score + (textToImage[index] as number);
    }
  });
  return found;
}

async function check(
  store: ImageStore,
  matcher: Matcher,
  { reader, words }: RandomImages,
  ids: readonly number[],
): Promise<void> {
  const graphs = [];
  for (const id of ids) graphs.push(...(await reader.read(id, id + 1)));
  const prepared = await matcher.prepareImages(graphs);
  const { imageToText, textToImage } = await matcher.score(prepared, [{ words }]);
  prepared.dispose();
  const found = await scores(store, matcher, words, ids);
  for (const [index, score] of found.entries()) {
    const expected = (imageToText[index] as number) + (textToImage[index] as number);
    if (!(Math.abs(score - expected) <= TOLERANCE)) {
      throw new AppError('internal', `image ${ids[index]}: ${score} through the cache, ${expected} without`);
    }
  }
}

function spent(times: readonly number[]): Spent {
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

function report(results: readonly CaseResult[]): string {
  const lines = [
    `${machine()}; ms of processor time for a shortlist of ${SHORTLIST}, 36 regions, 14 words, float16 on disk, one thread`,
    '',
    '| D | propagation | KiB for an image | cold p50 (p95) | warm p50 (p95) | one cold image, ms |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (const { jointSize, propagation, imageKib, cold, warm } of results) {
    const [c, w] = [cold, warm].map(({ p50, p95 }) => `${p50.toFixed(1)} (${p95.toFixed(1)})`);
    const each = ((cold.p50 - warm.p50) / SHORTLIST).toFixed(2);
    lines.push(`| ${jointSize} | ${propagation} | ${imageKib.toFixed(0)} | ${c} | ${w} | ${each} |`);
  }
  return `${lines.join('\n')}\n`;
}
