import type { Encoder, Matcher } from '../../../shared/model/index.ts';
import type { Parser } from '../../../shared/parse/parser.ts';
import { loadParser } from '../../../shared/platform/parse/index.ts';
import { fusedScore } from '../../../shared/retrieval/fusion.ts';
import { assertRecallInputs, type RecallEncoder } from '../../../shared/retrieval/index.ts';
import { innerProduct } from '../../../shared/retrieval/inner-products.ts';
import { type QueryTraits, queryTraits } from '../../../shared/retrieval/relevance.ts';
import type { Calibration, Ranking, RelevanceCurve } from '../../../shared/schema/index.ts';
import { type LocalQuery, LocalQueryEncoder } from '../../../shared/search/local-query-encoder.ts';
import type { Vocabulary } from '../../../shared/text/index.ts';
import { encodeImageGraphs } from '../../data/encode-split.ts';
import { recallImages, recallInputs } from '../../data/recall-images.ts';
import type { Split } from '../../data/split.ts';
import { scoreMatrix } from '../../evaluation/score-fold.ts';
import type { Report } from '../../report.ts';
import { someBoxes, someCaptioned, someRows } from '../training-samples.ts';
import { ANSWERABLE, type CalibrationQuery, calibrationQueries } from './calibration-queries.ts';
import { type AnsweredQuery, fitCurve, PARTS } from './fit-curve.ts';

/** Held-out images that are searched. */
const IMAGES = 300;
/** Hits of each query that are looked at. */
const HITS = 10;
/** Queries of a length with an answer, and without one, that a curve needs. */
const FEWEST = 30;

/** The parts that search. */
export interface CalibratedParts {
  readonly engines: { readonly encoder: Encoder; readonly matcher: Matcher };
  readonly recall: RecallEncoder;
  readonly vocabulary: Vocabulary;
  /** For a model that compares parses. */
  readonly parser?: Parser | undefined;
  readonly ranking: Ranking;
}

/**
 * Fits how scores become probabilities: searches held-out images with queries that have an answer there and with queries that have none
 * (docs/relevance.md).
 *
 * @param heldOut images that neither the network nor the recall encoder has seen, with captions.
 * @returns undefined if there are too few queries of a length, with an answer or without.
 */
export async function fitCalibration(
  parts: CalibratedParts,
  heldOut: Split,
  report: Report,
  signal?: AbortSignal,
): Promise<Calibration | undefined> {
  const chosen = someCaptioned(heldOut, IMAGES);
  const captions = chosen.map((image) =>
    heldOut.captionsOf(image).map((caption) => textOf(caption, heldOut, parts)),
  );
  const queries = await calibrationQueries(captions, await loadParser(), parts.vocabulary);
  const encoder = new LocalQueryEncoder(
    { ...parts, ...parts.engines, generation: '', collection: '', images: chosen.length, grouped: false },
    { cacheBytes: 0 },
  );
  const encoded: LocalQuery[] = [];
  for (const { text } of queries) {
    signal?.throwIfAborted();
    encoded.push(await encoder.encode({ text, understand: true }));
  }
  const { gsmn, coarse } = await scoresOf(parts, heldOut, chosen, encoded, report, signal);
  const { shortlist, coarseWeight } = parts.ranking;
  const answered = queries.map((query, at) => {
    const all = chosen.map((_, image) => ({ image, coarse: coarse(image, at), gsmn: gsmn(image, at) }));
    const traits = queryTraits((encoded[at] as LocalQuery).words);
    const by = (score: (candidate: Candidate) => number) => answer(query, traits, all, { shortlist, score });
    return {
      traits,
      rerank: by((one) => fusedScore(one.gsmn, one.coarse, coarseWeight)),
      recall: by((one) => one.coarse),
    };
  });
  const curves = (stage: 'rerank' | 'recall', length: QueryTraits['length']): RelevanceCurve | undefined => {
    const own = answered.filter(({ traits }) => traits.length === length).map((one) => one[stage]);
    const enough = [true, false].every(
      (isAnswerable) => own.filter((one) => one.isAnswerable === isAnswerable).length >= FEWEST,
    );
    return enough ? fitCurve(own) : undefined;
  };
  const [short, long] = [curves('rerank', 'short'), curves('rerank', 'long')];
  const [recallShort, recallLong] = [curves('recall', 'short'), curves('recall', 'long')];
  if (!short || !long || !recallShort || !recallLong) {
    report.say(`no calibration: ${heldOut.split} gives too few queries with or without an answer`);
    return undefined;
  }
  return { images: chosen.length, rerank: { short, long }, recall: { short: recallShort, long: recallLong } };
}

interface Candidate {
  readonly image: number;
  readonly coarse: number;
  readonly gsmn: number;
}

function answer(
  { kind, fitting }: CalibrationQuery,
  { unknownShare }: QueryTraits,
  images: readonly Candidate[],
  { shortlist, score }: { readonly shortlist: number; readonly score: (candidate: Candidate) => number },
): AnsweredQuery {
  const found = (some: readonly Candidate[]) =>
    some
      .toSorted((a, b) => b.coarse - a.coarse)
      .slice(0, shortlist)
      .map((candidate) => ({ score: score(candidate), fits: fitting.has(candidate.image) }))
      .sort((a, b) => b.score - a.score);
  const parts = [...Map.groupBy(images, ({ image }) => image % PARTS).values()];
  const bests = parts
    .filter((part) => part.some(({ image }) => fitting.has(image)))
    .map((part) => found(part)[0]?.score ?? 0);
  return {
    kind,
    isAnswerable: (ANSWERABLE as readonly string[]).includes(kind),
    unknownShare,
    hits: found(images).slice(0, HITS),
    bestOfPart: bests.length === 0 ? undefined : bests.reduce((sum, best) => sum + best, 0) / bests.length,
  };
}

function textOf(
  caption: number,
  { captionTexts, captionIds }: Split,
  { vocabulary }: CalibratedParts,
): string {
  const words = (): string[] => (captionIds[caption] ?? []).slice(1, -1).map((id) => vocabulary.wordOf(id));
  return captionTexts?.[caption] ?? words().join(' ');
}

/** Both scores of every image with every query. */
async function scoresOf(
  { engines: { encoder, matcher }, recall }: CalibratedParts,
  split: Split,
  chosen: readonly number[],
  queries: readonly LocalQuery[],
  report: Report,
  signal: AbortSignal | undefined,
) {
  assertRecallInputs(recall, recallInputs(split), `split ${split.split} of ${split.folder}`);
  const rows = someRows(split, chosen);
  const images = await encodeImageGraphs(encoder, rows, someBoxes(split, chosen), { signal });
  const graphs = queries.map(({ caption }) => caption);
  const gsmn = await report.stage(`calibrate on ${split.split}`, 'pairs', (onProgress) =>
    scoreMatrix(matcher, images, graphs, { signal, onProgress }),
  );
  const features = await rows.readFeatures(0, chosen.length);
  const vectors = await recall.encodeImages(await recallImages(rows, 0, images, features));
  const texts = queries.map((query) => Float64Array.from(query.coarse));
  return {
    gsmn: (image: number, query: number): number => gsmn[image * queries.length + query] as number,
    coarse: (image: number, query: number): number =>
      innerProduct(texts[query] as Float64Array, vectors[image] as Float32Array, 0),
  };
}
