import { readFile } from 'node:fs/promises';
import { AppError } from '../../shared/errors/index.ts';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { comparesParses, createModel, type Model } from '../../shared/generation/index.ts';
import type { Encoder, Matcher } from '../../shared/model/index.ts';
import { parserOf, shippedParserPath } from '../../shared/platform/parse/index.ts';
import { openRecallEncoder, type StoredRecallEncoder } from '../../shared/retrieval/index.ts';
import type { Vocabulary } from '../../shared/text/index.ts';
import type { LoadedNetwork } from '../checkpoint/load-network.ts';
import type { BoxFormat } from '../data/box-format.ts';
import { assertFeaturesOf } from '../data/feature-identity.ts';
import { openSplit } from '../data/open-split.ts';
import type { Split } from '../data/split.ts';
import { listSplits } from '../data/split-files.ts';
import { captionsAlone, type EpochTexts, openShortQueries } from '../phrases/index.ts';
import type { Report } from '../report.ts';
import { readVocabulary } from '../vocabulary/vocabulary-file.ts';
import { fitCalibration } from './calibration/fit-calibration.ts';
import { fitOnCaptions, fitWithoutCaptions } from './fit-coarse.ts';
import { defaultRanking, fitRanking } from './fit-ranking.ts';
import { someCaptioned } from './training-samples.ts';
import { wordSentences } from './word-sentences.ts';

/** Number of captioned images without which a fitted recall encoder or weight would be meaningless. */
export const FEWEST_IMAGES = 20;
/** Of the phrases that recall is fitted on. */
const SEED = 1;

export interface PrepareOptions {
  readonly network: LoadedNetwork;
  readonly engines: { readonly encoder: Encoder; readonly matcher: Matcher };
  /** The vocabulary's file. */
  readonly vocabulary: string;
  /** The data folder: its `train` split fits the recall encoder, its `dev` split the weight. */
  readonly data: string;
  readonly boxFormat?: BoxFormat | undefined;
  /** Split whose images give the means if there are no captions. */
  readonly fallbackSplit: string;
  /** A recall encoder that is fitted already, instead of fitting one. */
  readonly recall?: StoredRecallEncoder | undefined;
  /** Phrases of its captions that each training image has as additional captions when recall is fitted; 0 by default. */
  readonly shortQueries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a network ready to search: reads its vocabulary, fits the recall encoder on captioned training images and the
 * weight of the two scores on held-out ones.
 *
 * @throws AppError of the readers; `shape_mismatch`, `fingerprint_mismatch` when network, vocabulary and data do not belong together.
 */
export async function prepareModel(options: PrepareOptions, report: Report): Promise<Model> {
  const { network, signal } = options;
  const { config, features, parameters } = network;
  const { vocabulary } = await readVocabulary(options.vocabulary);
  if (vocabulary.size !== config.vocabularySize) {
    throw new AppError(
      'shape_mismatch',
      `${options.vocabulary} has ${vocabulary.size} words, the network ${network.path} knows ${config.vocabularySize}`,
      { hint: 'pass the vocabulary that the network was trained with: --vocabulary FILE' },
    );
  }
  const train = await openCaptioned(options, 'train');
  const fallback = await openFitting(options, options.fallbackSplit);
  const heldOut = await openCaptioned(options, 'dev');
  try {
    const notes = [train, fallback, heldOut].flatMap((split) => split?.notes ?? []);
    for (const note of new Set(notes)) report.warn(note);
    const { encoder } = options.engines;
    const coarse = options.recall
      ? options.recall
      : train
        ? await fitOnCaptions(encoder, config, train, await textsOf(train, vocabulary), report, signal)
        : await fitWithoutCaptions(encoder, config, fallback, report, signal);
    const recall = await openRecallEncoder(coarse);
    const ranking = heldOut
      ? await fitRanking(options.engines, recall, heldOut, report, signal)
      : await defaultRanking(
          options.engines,
          recall,
          fallback,
          train ? { ids: train.captionIds, texts: train.captionTexts } : sentencesOfWords(vocabulary),
          report,
          signal,
        );
    const parser = comparesParses(config) ? await readFile(shippedParserPath()) : undefined;
    const calibration =
      heldOut &&
      (await fitCalibration(
        {
          engines: options.engines,
          recall,
          vocabulary,
          parser: parser && (await parserOf(bytesSource('the built-in parser', parser))),
          ranking,
        },
        heldOut,
        report,
        signal,
      ));
    await recall.dispose?.();
    const oddities = [train, fallback, heldOut].flatMap((split) => split?.featureNotes() ?? []);
    for (const note of new Set(oddities)) report.warn(note);
    return await createModel({
      config,
      features,
      parameters,
      vocabulary,
      coarse,
      ranking: { ...ranking, ...(calibration && { calibration }) },
      parser,
    });
  } finally {
    for (const split of [train, fallback, heldOut]) await split?.close();
  }

  async function textsOf(split: Split, words: Vocabulary): Promise<EpochTexts> {
    const { shortQueries: count = 0 } = options;
    if (count === 0) return captionsAlone(split);
    return (await openShortQueries(split, words, { count, seed: SEED }, report, signal))(0);
  }
}

/** Every word as a sentence, if there are no captions. */
function sentencesOfWords(vocabulary: Vocabulary) {
  const ids = wordSentences(vocabulary.size);
  const word = (id: number) => vocabulary.wordOf(id);
  return { ids, texts: ids.map((own) => own.slice(1, -1).map(word).join(' ')) };
}

/** A split with enough captions to fit something on them. */
async function openCaptioned(options: PrepareOptions, name: string): Promise<Split | undefined> {
  if (!(await listSplits(options.data)).includes(name)) return undefined;
  const split = await openFitting(options, name);
  const enough = someCaptioned(split, FEWEST_IMAGES).length === FEWEST_IMAGES;
  if (split.captionIds.length > 0 && enough) return split;
  await split.close();
  return undefined;
}

async function openFitting({ data, network, boxFormat }: PrepareOptions, name: string): Promise<Split> {
  const split = await openSplit(data, name, { vocabularySize: network.config.vocabularySize, boxFormat });
  try {
    assertFeaturesOf(split, network);
    return split;
  } catch (thrown) {
    await split.close();
    throw thrown;
  }
}
