import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { assertWritable, writeFileAtomic, writing } from '../../../shared/platform/atomic-file.ts';
import type { Propagation } from '../../../shared/schema/index.ts';
import { calibrateModel } from '../../model/calibration/calibrate-model.ts';
import { loadModel, writeModel } from '../../model/load-model.ts';
import type { Report } from '../../report.ts';
import { trainOrResume } from '../../training/train-or-resume.ts';
import { GALLERY_SPLITS, makeGallery } from '../collection/index.ts';
import { evaluateGallery, type GalleryEvaluation, galleryJson } from '../evaluation/index.ts';
import { GALLERY_SHORT_QUERIES, GALLERY_SHORTLIST, galleryRecipe, shortQueryRecipe } from './recipe.ts';

export interface TrainGalleryOptions {
  /** Data folder of the gallery; missing splits are made. */
  readonly data: string;
  /** Folder of the run: log and checkpoints. A stopped run resumes. */
  readonly run: string;
  /** The model folder to write; an existing one is replaced at the end. */
  readonly model: string;
  /** Folder for the results of training: figures, log, plot. */
  readonly results: string;
  readonly propagation: Propagation;
  readonly seed: number;
  /** By default the recipe's. */
  readonly epochs?: number | undefined;
  readonly backend: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the gallery's model from scratch: draws the collection, trains on captions, then on captions and short queries, fits recall and the
 * weight of the two scores, measures on the test split, writes the model and the results of training.
 *
 * @throws AppError of all these steps; after `cancelled`, the same command resumes the run.
 */
export async function trainGallery(options: TrainGalleryOptions, report: Report): Promise<GalleryEvaluation> {
  const { data, model, signal, propagation } = options;
  // Training takes hours, and these are written at its end.
  for (const path of [model, options.results]) await assertWritable(path);
  await makeGallery({ folder: data, splits: GALLERY_SPLITS, report, signal });
  const recipe = galleryRecipe(propagation, options.seed);
  const settings = { ...recipe, epochs: options.epochs ?? recipe.epochs };
  const vocabulary = join(data, 'vocab.json');
  const { run, backend } = options;
  const first = await trainOrResume({ data, vocabulary, run, settings, backend }, report, signal);
  const second = shortQueryRecipe(settings);
  const trained = await trainOrResume(
    { data, vocabulary, run: join(run, 'short-queries'), settings: second, start: first.best, backend },
    report,
    signal,
  );
  const aside = `${model}.new`;
  await writing(aside, () => rm(aside, { recursive: true, force: true }));
  const loaded = await loadModel(
    {
      checkpoint: trained.best,
      data,
      propagation,
      backend,
      split: 'test',
      cache: undefined,
      shortQueries: GALLERY_SHORT_QUERIES,
      signal,
    },
    report,
  );
  await loaded.engines.encoder.dispose();
  await loaded.engines.matcher.dispose();
  const ranking = { ...loaded.model.ranking, shortlist: GALLERY_SHORTLIST };
  await writeModel({ ...loaded.model, ranking }, aside);
  // Which images are compared depends on the length of the shortlist.
  await calibrateModel({ model: aside, into: aside, data, split: 'dev', backend, signal }, report);
  const evaluation = await evaluateGallery(aside, { data, split: 'test', backend }, report, signal);
  await writeResults(options, {
    steps: first.steps,
    bestRsum: first.bestRsum,
    settings,
    shortQueries: { steps: trained.steps, rsum: trained.bestRsum, settings: second },
    backend: trained.backend,
    processor: `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`,
    node: process.version,
    test: galleryJson(evaluation),
  });
  await copyFile(first.plot, join(options.results, 'plot.svg'));
  await copyFile(first.log, join(options.results, 'log.jsonl'));
  await copyFile(trained.log, join(options.results, 'short-queries.jsonl'));
  await writing(model, async () => {
    await rm(model, { recursive: true, force: true });
    await rename(aside, model);
  });
  return evaluation;
}

async function writeResults({ results }: TrainGalleryOptions, figures: object): Promise<void> {
  await writing(results, () => mkdir(results, { recursive: true }));
  await writeFileAtomic(join(results, 'training.json'), `${JSON.stringify(figures, undefined, 2)}\n`);
}
