import { setTimeout as pause } from 'node:timers/promises';
import { createSimdMatcher } from '../../../shared/match/simd/index.ts';
import { createWebgpuMatcher } from '../../../shared/match/webgpu/index.ts';
import type { CaptionGraph } from '../../../shared/model/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import { nodeMatchDevice } from '../../../shared/platform/match/webgpu-device.ts';
import { openImageStore } from '../../../shared/search/images/image-store.ts';
import { ScoreBatches } from '../../../shared/search/score-batches.ts';
import { seededRandom } from '../../support/random.ts';
import { randomSample } from '../match/random-sample.ts';
import { quantile } from '../statistics.ts';
import { assertClose, type Figure } from './figures.ts';
import type { CheckSizes } from './sizes.ts';

/**
 * The reranker's gathering under load, without HTTP: requests arrive at a fixed rate, whether earlier ones are answered
 * or not, each with a caption and a shortlist of its own.
 */
export async function endpointFigures({
  jointSizes,
  images,
  captions,
  shortlist,
  load,
}: CheckSizes): Promise<Figure[]> {
  const sample = randomSample(jointSizes[0] ?? 0, 'self', { images, captions });
  const { config, parameters } = sample;
  const matcher = await createWebgpuMatcher(config, parameters, await nodeMatchDevice());
  const reader = {
    count: images,
    imageBytes: 4 * 36 * config.jointSize,
    read: async (from: number, to: number) => sample.images.slice(from, to),
    close: async () => {},
  };
  const store = await openImageStore(reader, matcher, Infinity);
  const batches = new ScoreBatches(matcher, store);
  const { signal } = new AbortController();
  const random = seededRandom(20261129);
  const request = () => {
    const caption = sample.captions[Math.floor(random() * captions)] as CaptionGraph;
    const ids = Array.from({ length: shortlist }, () => Math.floor(random() * images));
    return { caption, ids: [...new Set(ids)] };
  };
  try {
    const { caption, ids } = request();
    const simd = createSimdMatcher(config, parameters, await nodeKernelRuntime());
    const expected = await simd.score(await simd.prepareImages(sample.images), [caption], ids);
    const sums = Array.from(
      expected.imageToText,
      (score, at) => score + (expected.textToImage[at] as number),
    );
    assertClose('a shortlist', await batches.list(caption, ids, signal), sums, 2e-4);
    await simd.dispose();

    const times: number[] = [];
    const total = Math.max(2, Math.round(load.rate * load.seconds));
    const began = performance.now();
    const answers: Promise<void>[] = [];
    while (answers.length < total) {
      const due = Math.min(total, ((performance.now() - began) * load.rate) / 1000);
      while (answers.length < due) {
        const at = began + (1000 * answers.length) / load.rate;
        const { caption: own, ids: list } = request();
        answers.push(
          batches.list(own, list, signal).then(() => {
            times.push(performance.now() - at);
          }),
        );
      }
      await pause(1);
    }
    await Promise.all(answers);
    const seconds = (performance.now() - began) / 1000;
    const row = (what: string, value: number, unit: string): Figure => ({
      part: 'endpoint',
      what: `${what}, ${load.rate} shortlists of ${shortlist} a second arriving`,
      value,
      unit,
    });
    return [
      row('answered', total / seconds, 'shortlists/s'),
      row('p50', quantile(times, 0.5), 'ms'),
      row('p99', quantile(times, 0.99), 'ms'),
    ];
  } finally {
    await batches.idle();
    await store.close();
    await matcher.dispose();
  }
}
