import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createModel } from '../../shared/generation/index.ts';
import { assertWritable, writeFileAtomic, writing } from '../../shared/platform/atomic-file.ts';
import { recallMetrics } from '../../shared/retrieval/index.ts';
import { listSplits } from '../data/split-files.ts';
import { STAGES, type StageScores, stageScores } from '../evaluation/stage-scores.ts';
import { loadModel, writeModel } from '../model/load-model.ts';
import { readStoredRecall } from '../model/stored-recall.ts';
import { type PhotoRecallFigures, recallAt } from '../photo-recall/measure-recall.ts';
import type { PhotoRecallRecipe } from '../photo-recall/recipe.ts';
import {
  type PhotoRecallRecord,
  photoRecallFolders,
  trainPhotoRecall,
} from '../photo-recall/train-photo-recall.ts';
import type { Report } from '../report.ts';
import { trainOrResume } from '../training/train-or-resume.ts';
import type { TrainingSettings } from '../training/training-settings.ts';
import { encodeSplit } from '../vocabulary/encode-captions.ts';
import { makeVocabulary } from '../vocabulary/make-vocabulary.ts';
import { readVocabulary } from '../vocabulary/vocabulary-file.ts';
import { fetchVectors } from '../word-vectors/fetch-vectors.ts';
import { FEWEST_CAPTIONS_OF_A_WORD } from './recipe.ts';

export interface TrainPhotoSearchOptions {
  /** A data folder of photographs with captions: `train`, `dev` and perhaps `test`, which is only measured on. */
  readonly data: string;
  /** Folder of the run: recall encoders, vocabulary, checkpoints, log. A stopped run resumes. */
  readonly run: string;
  /** The model folder to write; an existing one is replaced at the end. */
  readonly model: string;
  /** Folder for the record of training: figures, log, plot. */
  readonly results: string;
  readonly recall: PhotoRecallRecipe;
  readonly network: TrainingSettings;
  /** A file of word vectors; fetched if none is named. */
  readonly vectors?: string | undefined;
  /** The folder of the sentence encoder; by default that of `npm run setup:sentence-model`. */
  readonly sentences?: string | undefined;
  readonly backend: string;
  readonly signal?: AbortSignal | undefined;
}

/** Recall at 1, 5 and 10 of each stage of a search among the photographs of a split, in percent. */
export type StageFigures = Readonly<Record<string, PhotoRecallFigures>>;

/** How the model was trained, and what it finds (`training.json`). */
export interface PhotoSearchRecord {
  readonly recall: PhotoRecallRecord;
  readonly network: {
    readonly settings: TrainingSettings;
    readonly steps: number;
    readonly bestRsum: number | null;
  };
  readonly coarseWeight: number;
  readonly backend: string;
  readonly processor: string;
  readonly node: string;
  readonly figures: {
    /** On which the checkpoint and the weight were chosen; recall fitted without it. */
    readonly dev: StageFigures;
    /** On which nothing was fitted or chosen. */
    readonly test?: StageFigures | undefined;
  };
}

/**
 * Makes a model for photographs from captioned ones: fits the recall encoder, trains GSMN, fits the weight of the two scores on `dev`,
 * measures on `test`, writes the model and the record of training.
 *
 * @throws AppError of all these steps; after `cancelled`, the same command resumes the run.
 */
export async function trainPhotoSearch(
  options: TrainPhotoSearchOptions,
  report: Report,
): Promise<PhotoSearchRecord> {
  const { data, run, model, results, signal, backend } = options;
  // Training takes an hour, and these are written at its end.
  for (const path of [model, results]) await assertWritable(path);
  await writing(run, () => mkdir(run, { recursive: true }));
  const vectors = options.vectors ?? (await fetchVectors(report, signal));
  const vocabulary = join(run, 'vocab.json');
  await writeWordIds(options, vocabulary, report);
  const { sentences, recall: recipe, network: settings } = options;
  const recallOut = join(run, 'recall');
  const recall = await trainPhotoRecall({ data, out: recallOut, vectors, sentences, recipe, signal }, report);
  const trained = await trainOrResume({ data, vocabulary, vectors, run, settings, backend }, report, signal);

  const folders = photoRecallFolders(recallOut);
  const weighed = await prepared(
    options,
    { checkpoint: trained.best, vocabulary, recall: folders.train },
    report,
  );
  const heldOut = join(run, 'held-out-model');
  const aside = `${model}.new`;
  for (const path of [heldOut, aside]) await writing(path, () => rm(path, { recursive: true, force: true }));
  await writeModel(weighed, heldOut);
  // The weight was fitted with the recall encoder that has not seen dev; the one that is used knows more photographs.
  await writeModel(await createModel({ ...weighed, coarse: await readStoredRecall(folders.all) }), aside);
  const figuresOf = async (folder: string, split: string) =>
    stageFigures(await stageScores(folder, { data, split, backend }, report, signal));
  const record: PhotoSearchRecord = {
    recall,
    network: { settings, steps: trained.steps, bestRsum: trained.bestRsum },
    coarseWeight: weighed.ranking.coarseWeight,
    backend: trained.backend,
    processor: `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`,
    node: process.version,
    figures: {
      dev: await figuresOf(heldOut, 'dev'),
      test: (await listSplits(data)).includes('test') ? await figuresOf(aside, 'test') : undefined,
    },
  };
  await writing(results, () => mkdir(results, { recursive: true }));
  await writeFileAtomic(join(results, 'training.json'), `${JSON.stringify(record, undefined, 1)}\n`);
  await copyFile(trained.plot, join(results, 'plot.svg'));
  await copyFile(trained.log, join(results, 'log.jsonl'));
  await writing(model, async () => {
    await rm(model, { recursive: true, force: true });
    await rename(aside, model);
  });
  return record;
}

/** Makes the vocabulary, and the word ids of all captions. */
async function writeWordIds(
  { data, signal }: TrainPhotoSearchOptions,
  vocabulary: string,
  report: Report,
): Promise<void> {
  await makeVocabulary(
    {
      folder: data,
      splits: ['train'],
      threshold: FEWEST_CAPTIONS_OF_A_WORD,
      style: 'treebank',
      out: vocabulary,
      force: true,
    },
    report,
    signal,
  );
  const words = (await readVocabulary(vocabulary)).vocabulary;
  const splits = await listSplits(data);
  for (const split of ['train', 'dev', 'test']) {
    if (splits.includes(split)) await encodeSplit(data, split, words, true, report);
  }
}

async function prepared(
  { data, backend, network: { propagation }, signal }: TrainPhotoSearchOptions,
  {
    checkpoint,
    vocabulary,
    recall,
  }: { readonly checkpoint: string; readonly vocabulary: string; readonly recall: string },
  report: Report,
) {
  const { model, engines } = await loadModel(
    {
      checkpoint,
      data,
      vocabulary,
      propagation,
      recall,
      backend,
      split: 'dev',
      cache: undefined,
      signal,
    },
    report,
  );
  await engines.encoder.dispose();
  await engines.matcher.dispose();
  return model;
}

function stageFigures({ images, captionImages, scores }: StageScores): StageFigures {
  return Object.fromEntries(
    STAGES.map((stage) => {
      const { textToImage, imageToText } = recallMetrics(scores[stage], images, captionImages);
      return [stage, { textToImage: recallAt(textToImage), imageToText: recallAt(imageToText) }];
    }),
  );
}
