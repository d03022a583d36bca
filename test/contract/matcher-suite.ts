import { describe, expect, it } from 'vitest';
import { plainPair } from '../../shared/match/reference/index.ts';
import type {
  CaptionGraph,
  Dependencies,
  ImageGraph,
  Matcher,
  Parameters,
} from '../../shared/model/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { expectClose, type Tolerance } from '../support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../support/random.ts';
import { randomParameters, smallConfig } from '../support/random-model.ts';

const SEED = 20261125;

export type MakeMatcher = (config: ModelConfig, parameters: Parameters) => Promise<Matcher>;

/** Maximum distance of scores and evidence of a pair from float64. */
export interface MatcherTolerances {
  readonly scores: Tolerance;
  readonly evidence: Tolerance;
}

/**
 * An implementation of `Matcher`: its description, the backend that it must name, how it is made, and its tolerances if
 * they are not those of float32.
 */
export type MatcherCase = readonly [string, string, MakeMatcher, MatcherTolerances?];

/** float32 compared with float64, through two softmaxes and two layers; measured: 2e-6 for tfjs, 5e-7 for simd and webgpu. */
const TOLERANCE: Tolerance = { absolute: 2e-5, relative: 2e-5 };
const FLOAT32: MatcherTolerances = { scores: TOLERANCE, evidence: TOLERANCE };

/** The same numbers, possibly with other orders of sums if other work is done at the same time. */
const SAME: Tolerance = { absolute: 1e-6, relative: 0 };

/** Rows of length 1, `[count, D]`. */
function nodes(random: () => number, count: number, { jointSize }: ModelConfig): Float32Array {
  const rows = randomNumbers(random, count * jointSize);
  for (let row = 0; row < count; row++) {
    const own = rows.subarray(row * jointSize, (row + 1) * jointSize);
    const length = Math.hypot(...own);
    own.set(own.map((value) => value / length));
  }
  return rows;
}

function image(random: () => number, regions: number, config: ModelConfig): ImageGraph {
  return { nodes: nodes(random, regions, config), boxes: randomBoxes(random, regions) };
}

/** A caption with a parse that also points beyond the caption's end. */
function caption(random: () => number, words: number, config: ModelConfig): CaptionGraph {
  const root: Dependencies[number] = [0, 1];
  const pairs = Array.from({ length: words + 2 }, (_, dependent): Dependencies[number] => [
    Math.floor(random() * (words + 1)),
    dependent,
  ]);
  return { words: nodes(random, words, config), dependencies: [root, ...pairs] };
}

const VARIANTS: readonly (readonly [string, Partial<ModelConfig>])[] = [
  ['self, dense', {}],
  ['self, sparse, λ 20', { sparse: true, softmaxTemperature: 20 }],
  ['neighbours, dense, λ 20', { propagation: 'neighbours', softmaxTemperature: 20 }],
  // A low temperature, so that single edges matter.
  ['neighbours, sparse, λ 2', { propagation: 'neighbours', sparse: true, softmaxTemperature: 2 }],
];

/** D, T, K, H, different from those of `smallConfig` (12, 4, 3, 6). */
const SIZES: readonly (readonly [string, Partial<ModelConfig>])[] = [
  ['one block, one kernel', { jointSize: 5, blocks: 1, kernels: 1, hiddenSize: 1 }],
  ['blocks of one number', { jointSize: 7, blocks: 7, kernels: 2, hiddenSize: 10 }],
  ['blocks of three numbers', { jointSize: 18, blocks: 6, kernels: 5, hiddenSize: 25 }],
  ['large blocks', { jointSize: 200, blocks: 2, kernels: 8, hiddenSize: 32 }],
];

/** Requirements of every matcher, compared with plain pairs. */
export function describeMatchers(matchers: readonly MatcherCase[]): void {
  const cases = matchers.map(
    ([name, backend, makeMatcher, tolerances = FLOAT32]) => [name, backend, makeMatcher, tolerances] as const,
  );
  describe.each(cases)(`a matcher: %s (seed ${SEED})`, (_, backend, makeMatcher, tolerances) => {
    async function withMatcher(
      config: ModelConfig,
      work: (matcher: Matcher, parameters: Parameters) => Promise<void>,
    ): Promise<void> {
      const parameters = randomParameters(seededRandom(SEED), config);
      const matcher = await makeMatcher(config, parameters);
      try {
        await work(matcher, parameters);
      } finally {
        await matcher.dispose();
      }
    }

    /** Scores all pairs and the evidence of the last caption, and compares with plain pairs. */
    function expectPlain(
      config: ModelConfig,
      images: readonly ImageGraph[],
      captions: readonly CaptionGraph[],
    ): Promise<void> {
      return withMatcher(config, async (matcher, parameters) => {
        const prepared = await matcher.prepareImages(images);
        const scores = await matcher.score(prepared, captions);
        expect([scores.images, scores.captions]).toEqual([images.length, captions.length]);
        for (const [i, one] of images.entries()) {
          for (const [c, other] of captions.entries()) {
            const expected = plainPair(config, parameters, one, other);
            const at = i * captions.length + c;
            const found = [scores.imageToText[at] as number, scores.textToImage[at] as number];
            expectClose(
              found,
              [expected.imageToText, expected.textToImage],
              tolerances.scores,
              `image ${i}, caption ${c}`,
            );
            if (c < captions.length - 1) continue;
            const [evidence] = await matcher.evidenceOf(prepared, [i], other);
            if (evidence === undefined) throw new Error(`no evidence of image ${i}`);
            expectClose([evidence.imageToText, evidence.textToImage], found, TOLERANCE, 'evidence: scores');
            for (const part of ['wordAttention', 'regionAttention', 'wordScores', 'regionScores'] as const) {
              expectClose(evidence[part], expected[part], tolerances.evidence, `evidence: ${part}`);
            }
          }
        }
        prepared.dispose();
      });
    }

    describe.each(VARIANTS)('%s', (__, changes) => {
      const config = smallConfig(changes);
      const random = seededRandom(SEED + 1);

      it('scores one image with one caption', () =>
        expectPlain(config, [image(random, 5, config)], [caption(random, 3, config)]));

      it('scores images of many sizes with captions of many lengths', () =>
        expectPlain(
          config,
          [1, 6, 2, 36, 9].map((regions) => image(random, regions, config)),
          [14, 1, 2, 5, 14, 30, 7, 3].map((words) => caption(random, words, config)),
        ));

      it('scores the most regions and words', () =>
        expectPlain(config, [image(random, 128, config)], [caption(random, 64, config)]));

      it('scores zero vectors, equal vectors and equal boxes', async () => {
        const empty = image(random, 4, config);
        empty.nodes.fill(0);
        const half = image(random, 6, config);
        half.nodes.fill(0, 0, 3 * config.jointSize);
        const same = image(random, 5, config);
        for (let region = 1; region < 5; region++) {
          same.nodes.set(same.nodes.slice(0, config.jointSize), region * config.jointSize);
          same.boxes.set(same.boxes.slice(0, 4), 4 * region);
        }
        const silent = caption(random, 5, config);
        silent.words.fill(0);
        const repeated = caption(random, 6, config);
        for (let word = 0; word < 6; word++) {
          repeated.words.set(same.nodes.slice(0, config.jointSize), word * config.jointSize);
        }
        await expectPlain(config, [empty, half, same], [silent, repeated]);
      });
    });

    it.each(SIZES)('scores %s', async (__, changes) => {
      const random = seededRandom(SEED + 2);
      for (const propagation of ['self', 'neighbours'] as const) {
        const config = smallConfig({ ...changes, propagation });
        const images = [3, 11].map((regions) => image(random, regions, config));
        await expectPlain(config, images, [
          caption(random, 9, config),
          caption(random, 2, config),
          caption(random, 17, config),
        ]);
      }
    });

    it('scores vectors of any length with a temperature of 200', async () => {
      const random = seededRandom(SEED + 3);
      const config = smallConfig({ softmaxTemperature: 200 });
      const large = image(random, 7, config);
      large.nodes.set(large.nodes.map((value) => 1e3 * value));
      const tiny = caption(random, 5, config);
      tiny.words.set(tiny.words.map((value) => 1e-3 * value));
      await expectPlain(config, [large], [tiny, caption(random, 4, config)]);
    });

    it('scores the requested images, in that order', () =>
      withMatcher(smallConfig(), async (matcher) => {
        const config = smallConfig();
        const random = seededRandom(SEED + 4);
        const prepared = await matcher.prepareImages(
          [3, 5, 3, 4].map((regions) => image(random, regions, config)),
        );
        const captions = [caption(random, 3, config), caption(random, 6, config)];
        const all = await matcher.score(prepared, captions);
        const some = await matcher.score(prepared, captions, [3, 0, 3]);
        expect([some.images, some.captions]).toEqual([3, 2]);
        for (const side of ['imageToText', 'textToImage'] as const) {
          const rows = [3, 0, 3]
            .map((row) => all[side].slice(2 * row, 2 * row + 2))
            .flatMap((row) => Array.from(row));
          expectClose(some[side], rows, { absolute: 1e-6, relative: 0 }, side);
        }
        const none = await matcher.score(prepared, captions, []);
        expect([none.images, none.imageToText.length]).toEqual([0, 0]);
        prepared.dispose();
      }));

    it('scores images of several batches as one batch, without changing the batches', () =>
      withMatcher(smallConfig(), async (matcher) => {
        const config = smallConfig();
        const random = seededRandom(SEED + 9);
        const images = [3, 5, 3, 4].map((regions) => image(random, regions, config));
        const captions = [caption(random, 3, config), caption(random, 6, config)];
        const whole = await matcher.prepareImages(images);
        const expected = await matcher.score(whole, captions, [2, 3, 0, 1]);
        const two = await matcher.prepareImages(images.slice(0, 2));
        const [third, fourth] = [
          await matcher.prepareImages(images.slice(2, 3)),
          await matcher.prepareImages(images.slice(3)),
        ];
        const gathered = matcher.gather([third, fourth, two]);
        expect([gathered.count, gathered.bytes]).toEqual([4, 0]);
        const scores = await matcher.score(gathered, captions);
        const some = await matcher.score(gathered, captions, [3, 1]);
        const [evidence] = await matcher.evidenceOf(gathered, [1], captions[0] as CaptionGraph);
        for (const side of ['imageToText', 'textToImage'] as const) {
          expectClose(scores[side], expected[side], { absolute: 1e-6, relative: 0 }, side);
          const rows = [...expected[side].slice(6), ...expected[side].slice(2, 4)];
          expectClose(some[side], rows, { absolute: 1e-6, relative: 0 }, side);
          expectClose(
            [evidence?.[side] ?? Number.NaN],
            [expected[side][2] as number],
            { absolute: 1e-6, relative: 0 },
            side,
          );
        }
        gathered.dispose();
        await expect(matcher.score(gathered, captions)).rejects.toMatchObject({ code: 'argument_invalid' });
        const after = await matcher.score(two, captions);
        expectClose(
          after.textToImage,
          expected.textToImage.slice(4),
          { absolute: 1e-6, relative: 0 },
          'after',
        );
        for (const batch of [two, third, fourth]) batch.dispose();
        expect(() => matcher.gather([two])).toThrow(expect.objectContaining({ code: 'argument_invalid' }));
        expect(matcher.gather([]).count).toBe(0);
        whole.dispose();
      }));

    it('scores several requests at once', () =>
      withMatcher(smallConfig(), async (matcher) => {
        const config = smallConfig();
        const random = seededRandom(SEED + 5);
        const prepared = await matcher.prepareImages(
          [4, 8, 4].map((regions) => image(random, regions, config)),
        );
        const captions = Array.from({ length: 6 }, (__, index) => caption(random, 2 + index, config));
        const whole = await matcher.score(prepared, captions);
        const single = await Promise.all(captions.map((one) => matcher.score(prepared, [one])));
        for (const [column, scores] of single.entries()) {
          const expected = [0, 1, 2].map((row) => whole.textToImage[row * 6 + column] as number);
          expectClose(scores.textToImage, expected, { absolute: 1e-6, relative: 0 }, `caption ${column}`);
        }
        prepared.dispose();
      }));

    it('scores lists of several captions like each list alone, whatever their images and lengths', () =>
      withMatcher(smallConfig({ propagation: 'neighbours' }), async (matcher) => {
        const config = smallConfig({ propagation: 'neighbours' });
        const random = seededRandom(SEED + 10);
        const [first, second] = [
          await matcher.prepareImages([4, 36, 1].map((regions) => image(random, regions, config))),
          await matcher.prepareImages([9, 128].map((regions) => image(random, regions, config))),
        ];
        const prepared = matcher.gather([first, second]);
        const lists = [
          { words: 5, indices: [3, 0, 3, 4] },
          { words: 64, indices: Uint32Array.of(1, 4) },
          { words: 2, indices: [] },
          { words: 1, indices: [2] },
          { words: 5, indices: [4, 3, 2, 1, 0] },
        ].map(({ words, indices }) => ({ caption: caption(random, words, config), indices }));
        const found = await matcher.scoreLists(prepared, lists);
        expect(found.length).toBe(lists.length);
        for (const [index, { caption: own, indices }] of lists.entries()) {
          const expected = await matcher.score(prepared, [own], indices);
          for (const side of ['imageToText', 'textToImage'] as const) {
            const what = `list ${index}: ${side}`;
            if (backend === 'simd') expect(found[index]?.[side], what).toEqual(expected[side]);
            else expectClose(found[index]?.[side] ?? [], expected[side], SAME, what);
          }
        }
        expect(await matcher.scoreLists(prepared, [])).toEqual([]);
        for (const batch of [prepared, first, second]) batch.dispose();
      }));

    it('returns evidence for several images like for each alone, in the requested order', () =>
      withMatcher(smallConfig(), async (matcher) => {
        const config = smallConfig();
        const random = seededRandom(SEED + 11);
        const [first, second] = [
          await matcher.prepareImages([4, 36, 1].map((regions) => image(random, regions, config))),
          await matcher.prepareImages([9, 50].map((regions) => image(random, regions, config))),
        ];
        const prepared = matcher.gather([first, second]);
        const own = caption(random, 7, config);
        const indices = [4, 0, 3, 0, 2];
        const found = await matcher.evidenceOf(prepared, indices, own);
        expect(found.length).toBe(indices.length);
        for (const [at, index] of indices.entries()) {
          const [alone] = await matcher.evidenceOf(prepared, [index], own);
          for (const part of ['wordAttention', 'regionAttention', 'wordScores', 'regionScores'] as const) {
            expectClose(
              found[at]?.[part] ?? [],
              alone?.[part] ?? [Number.NaN],
              SAME,
              `image ${index}: ${part}`,
            );
          }
          expectClose(
            [found[at]?.imageToText ?? Number.NaN, found[at]?.textToImage ?? Number.NaN],
            [alone?.imageToText ?? Number.NaN, alone?.textToImage ?? Number.NaN],
            SAME,
            `image ${index}: scores`,
          );
        }
        expect(await matcher.evidenceOf(prepared, [], own)).toEqual([]);
        for (const batch of [prepared, first, second]) batch.dispose();
      }));

    it('refuses invalid input with its reason', () =>
      withMatcher(smallConfig(), async (matcher) => {
        const config = smallConfig();
        const random = seededRandom(SEED + 6);
        expect(matcher.backend).toBe(backend);
        const prepared = await matcher.prepareImages([image(random, 3, config)]);
        const three = caption(random, 3, config);
        const captions = [three];
        const refused = (work: Promise<unknown>, code: string) =>
          expect(work).rejects.toMatchObject({ name: 'AppError', code });
        await refused(matcher.score(prepared, captions, [1]), 'argument_invalid');
        await refused(matcher.score(prepared, captions, [-1]), 'argument_invalid');
        await refused(matcher.score(prepared, captions, [0.5]), 'argument_invalid');
        await refused(matcher.score(prepared, [{ words: new Float32Array(5) }]), 'shape_mismatch');
        await refused(matcher.score(prepared, [{ words: new Float32Array() }]), 'shape_mismatch');
        for (const index of [1, -1, 0.5]) {
          const lists = [{ caption: three, indices: [0, index] }];
          await refused(matcher.scoreLists(prepared, lists), 'argument_invalid');
          await refused(matcher.evidenceOf(prepared, [0, index], three), 'argument_invalid');
        }
        const wordless = { words: new Float32Array() };
        await refused(matcher.scoreLists(prepared, [{ caption: wordless, indices: [0] }]), 'shape_mismatch');
        await refused(matcher.evidenceOf(prepared, [0], wordless), 'shape_mismatch');
        const broken = { nodes: new Float32Array(24), boxes: new Float32Array(4) };
        await refused(matcher.prepareImages([broken]), 'shape_mismatch');
        const nothing = { nodes: new Float32Array(), boxes: new Float32Array() };
        await refused(matcher.prepareImages([nothing]), 'shape_mismatch');
        await refused(makeMatcher(smallConfig({ blocks: 6 }), new Map()), 'shape_mismatch');
        prepared.dispose();
        await refused(matcher.score(prepared, captions), 'argument_invalid');
        await refused(matcher.evidenceOf(prepared, [0], three), 'argument_invalid');
        await refused(matcher.scoreLists(prepared, [{ caption: three, indices: [0] }]), 'argument_invalid');
      }));

    it('stops when cancelled, and reports progress in pairs', () =>
      withMatcher(smallConfig(), async (matcher) => {
        const config = smallConfig();
        const random = seededRandom(SEED + 7);
        const prepared = await matcher.prepareImages(
          [3, 3, 5].map((regions) => image(random, regions, config)),
        );
        const captions = [caption(random, 3, config), caption(random, 8, config)];
        const reports: [number, number][] = [];
        const onProgress = (done: number, total: number) => reports.push([done, total]);
        await matcher.score(prepared, captions, undefined, { onProgress });
        expect(reports.at(-1)).toEqual([6, 6]);
        const cancelled = matcher.score(prepared, captions, undefined, { signal: AbortSignal.abort() });
        await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
        const lists = captions.map((one, index) => ({ caption: one, indices: [0, 1, 2].slice(index) }));
        reports.length = 0;
        await matcher.scoreLists(prepared, lists, { onProgress });
        expect(reports.at(-1)).toEqual([5, 5]);
        const signal = AbortSignal.abort();
        const cancelledLists = matcher.scoreLists(prepared, lists, { signal });
        await expect(cancelledLists).rejects.toMatchObject({ code: 'cancelled' });
        const cancelledEvidence = matcher.evidenceOf(prepared, [0, 1], captions[0] as CaptionGraph, {
          signal,
        });
        await expect(cancelledEvidence).rejects.toMatchObject({ code: 'cancelled' });
        prepared.dispose();
      }));

    it('can be disposed of twice, like its images', () =>
      withMatcher(smallConfig(), async (matcher) => {
        const prepared = await matcher.prepareImages([image(seededRandom(SEED + 8), 3, smallConfig())]);
        expect(prepared.count).toBe(1);
        expect(prepared.bytes).toBeGreaterThan(0);
        prepared.dispose();
        prepared.dispose();
        await matcher.dispose();
      }));
  });
}
