import type { OnProgress } from '../../report.ts';
import { type DrawnCaptions, planDrawings } from './drawn-captions.ts';
import { inWorkers } from './in-workers.ts';
import type { PictureTask, UnitRecord } from './picture-record.ts';
import type { GallerySplit } from './plan.ts';
import { SplitArrays } from './split-arrays.ts';
import { StagedSplit } from './staged-split.ts';
import type { Stamp } from './stamp.ts';
import { captionVocabulary, type VocabularyFile } from './vocabulary.ts';

const WORKER = new URL('./picture-worker.ts', import.meta.url);

export interface SplitRequest {
  readonly folder: string;
  readonly split: GallerySplit;
  readonly count: number;
  readonly seed: number;
  readonly threads: number;
  /** None: the split's own captions make one. */
  readonly vocabulary: VocabularyFile | undefined;
  /** Absent for `train` itself. */
  readonly training: DrawnCaptions | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Draws, renders and describes a split's pictures and puts its files in place.
 *
 * @param beforePublishing called when all is made and nothing is in its place yet.
 */
export async function makeSplit(
  request: SplitRequest,
  onProgress: OnProgress,
  beforePublishing: (vocabulary: VocabularyFile) => Promise<void>,
): Promise<Omit<Stamp, 'fingerprint'>> {
  const { folder, split, count, seed, threads, training, signal } = request;
  onProgress(0, count);
  const units = planDrawings(split, count, seed, training);
  const arrays = new SplitArrays(count);
  const staged = await StagedSplit.open(folder, split);
  try {
    let done = 0;
    await inWorkers<PictureTask, UnitRecord>(units, { module: WORKER, threads, signal }, async (record) => {
      for (const [offset, { file }] of record.pictures.entries())
        await staged.writePicture(record.row + offset, file);
      arrays.add(record);
      done += record.pictures.length;
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
      captionsInTraining: training && arrays.captions.filter((text) => training.captions.has(text)).length,
    };
  } finally {
    await staged.discard();
  }
}
