import type { Encoder, Matcher } from '../../shared/model/index.ts';
import {
  assertRecallInputs,
  coarseScores,
  fitFusionWeight,
  fusionWeight,
  type PairedScores,
  RANKING_DEFAULTS,
  type RecallEncoder,
} from '../../shared/retrieval/index.ts';
import type { Ranking } from '../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../data/encode-split.ts';
import { recallImages, recallInputs } from '../data/recall-images.ts';
import type { Split } from '../data/split.ts';
import { scoreMatrix } from '../evaluation/score-fold.ts';
import type { Report } from '../report.ts';
import { evenlySpaced, someBoxes, someCaptioned, someRows } from './training-samples.ts';

/** Held-out images that the weight is fitted on, with their captions: 200,000 pairs with five captions each. */
const HELD_OUT_IMAGES = 200;
/** Number of images and captions whose scores give the spread if nothing is held out. */
const SPREAD_IMAGES = 50;

interface Engines {
  readonly encoder: Encoder;
  readonly matcher: Matcher;
}

/** The weight that ranks held-out captions best (docs/coarse-recall.md, "The weight"). */
export async function fitRanking(
  engines: Engines,
  recall: RecallEncoder,
  heldOut: Split,
  report: Report,
  signal?: AbortSignal,
): Promise<Ranking> {
  const chosen = someCaptioned(heldOut, HELD_OUT_IMAGES);
  const own = chosen.map((image) => heldOut.captionsOf(image));
  const captions = own.flat().map((caption) => heldOut.captionIds[caption] ?? []);
  const written = heldOut.captionTexts;
  const texts = written && own.flat().map((caption) => written[caption] ?? '');
  const parses = heldOut.dependencies;
  const dependencies = parses && own.flat().map((caption) => parses[caption] ?? []);
  const pairs = await pairedScores(
    engines,
    recall,
    heldOut,
    { chosen, captions, texts, dependencies },
    report,
    signal,
  );
  const captionImages = Int32Array.from(own.flatMap((some, image) => some.map(() => image)));
  const { weight } = fitFusionWeight(pairs, captionImages);
  return { shortlist: RANKING_DEFAULTS.shortlist, coarseWeight: weight };
}

/**
 * The weight without held-out captions: a share of the spread of GSMN's scores. It needs sentences, but not which image
 * is the right one.
 *
 * @param sentences any sentences, as word ids, and as text where the recall encoder reads it.
 */
export async function defaultRanking(
  engines: Engines,
  recall: RecallEncoder,
  split: Split,
  sentences: { readonly ids: readonly (readonly number[])[]; readonly texts?: readonly string[] | undefined },
  report: Report,
  signal?: AbortSignal,
): Promise<Ranking> {
  const { shortlist, standardisedWeight } = RANKING_DEFAULTS;
  const chosen = evenlySpaced(split.images, SPREAD_IMAGES);
  // One image has no spread, and no order that a weight could change.
  if (chosen.length < 2) return { shortlist, coarseWeight: 0 };
  const { ids, texts: written } = sentences;
  const some = evenlySpaced(ids.length, SPREAD_IMAGES);
  const captions = some.map((index) => ids[index] ?? []);
  const texts = written && some.map((index) => written[index] ?? '');
  const pairs = await pairedScores(engines, recall, split, { chosen, captions, texts }, report, signal);
  return { shortlist, coarseWeight: fusionWeight(pairs, standardisedWeight) };
}

async function pairedScores(
  { encoder, matcher }: Engines,
  recall: RecallEncoder,
  split: Split,
  some: {
    readonly chosen: readonly number[];
    readonly captions: readonly (readonly number[])[];
    /** The captions as text. */
    readonly texts?: readonly string[] | undefined;
    readonly dependencies?: Split['dependencies'];
  },
  report: Report,
  signal: AbortSignal | undefined,
): Promise<PairedScores> {
  const { chosen, captions, dependencies } = some;
  assertRecallInputs(recall, recallInputs(split), `split ${split.split} of ${split.folder}`);
  const rows = someRows(split, chosen);
  const images = await encodeImageGraphs(encoder, rows, someBoxes(split, chosen), { signal });
  const graphs = await encodeCaptionGraphs(encoder, captions, dependencies, { signal });
  const gsmn = await report.stage(`fit the weight on ${split.split}`, 'pairs', (onProgress) =>
    scoreMatrix(matcher, images, graphs, { signal, onProgress }),
  );
  const features = await rows.readFeatures(0, chosen.length);
  const coarse = await coarseScores(
    recall,
    await recallImages(rows, 0, images, features),
    graphs.map(({ words }, index) => ({ text: some.texts?.[index], ids: captions[index] ?? [], words })),
  );
  return { gsmn, coarse, images: chosen.length, captions: captions.length };
}
