import { parseVocabulary } from '../../../shared/text/index.ts';
import type { OnProgress } from '../../report.ts';
import { type VocabularyFile, vocabularyJson } from '../../vocabulary/vocabulary-file.ts';
import { countWords, vocabularyWords } from '../../vocabulary/vocabulary-words.ts';
import { inWorkers } from './in-workers.ts';
import { type PlanRequest, planDrawings } from './plan-drawings.ts';
import type { RenderedUnit, RenderTask } from './rendered-unit.ts';
import { SplitArrays } from './split-arrays.ts';
import { StagedSplit } from './staged-split.ts';
import type { Stamp } from './stamp.ts';

const WORKER = new URL('./render-worker.ts', import.meta.url);
/** Rarer words of captions are unknown, as in the released `vocab.py`. */
const FEWEST = 4;

export interface SplitRequest extends PlanRequest {
  readonly folder: string;
  /** Undefined: made from the split's own captions. */
  readonly vocabulary: VocabularyFile | undefined;
}

/**
 * Draws, renders and describes the images of a split and puts its files in place.
 *
 * @param beforePublishing called when everything is made and nothing is in its place yet.
 */
export async function makeSplit(
  request: SplitRequest,
  onProgress: OnProgress,
  beforePublishing: (vocabulary: VocabularyFile) => Promise<void>,
): Promise<Omit<Stamp, 'fingerprint'>> {
  const { folder, split, count, threads, signal } = request;
  onProgress(0, count);
  // First, because planning takes seconds, and a folder that cannot be written is to be noticed before.
  const staged = await StagedSplit.open(folder, split);
  try {
    const { units, training } = await planDrawings(request);
    const arrays = new SplitArrays(count);
    let done = 0;
    await inWorkers<RenderTask, RenderedUnit>(units, { module: WORKER, threads, signal }, async (unit) => {
      for (const [offset, { file }] of unit.images.entries())
        await staged.writeImage(unit.row + offset, file);
      arrays.add(unit);
      done += unit.images.length;
      onProgress(done, count);
    });
    const vocabulary = request.vocabulary ?? (await captionVocabulary(arrays.captions));
    const names = Array.from({ length: count }, (_, row) => staged.nameOf(row));
    for (const [end, bytes] of arrays.files(vocabulary.vocabulary, names)) await staged.writeFile(end, bytes);
    signal?.throwIfAborted();
    await beforePublishing(vocabulary);
    await staged.publish();
    return {
      pictures: count,
      twinPairs: units.filter(({ kind }) => kind === 'twins').length,
      captionsInTraining: training && arrays.captions.filter((text) => training.has(text)).length,
    };
  } finally {
    await staged.discard();
  }
}

/** The vocabulary of captions, as made by `gsmn vocab`. */
export async function captionVocabulary(captions: readonly string[]): Promise<VocabularyFile> {
  const counts = await countWords(captions, 'treebank');
  const text = vocabularyJson(vocabularyWords(counts, FEWEST));
  return { text, vocabulary: parseVocabulary(text, 'the vocabulary of the gallery') };
}
