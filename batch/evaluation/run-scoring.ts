import { encodeFold, type Stage } from './encode-fold.ts';
import type { Evaluation } from './open-evaluation.ts';
import { scoreRows } from './score-fold.ts';
import { SimilarityFile } from './similarity-file.ts';

/**
 * Writes the similarities i2t + t2i of every image with every caption: `[images, captions]`, by folds
 * `[5, images / 5, captions / 5]`.
 *
 * @returns the shape of what was written.
 */
export async function runScoring(
  evaluation: Evaluation,
  path: string,
  stage: Stage,
  signal?: AbortSignal,
): Promise<number[]> {
  const { folds, split, engines } = evaluation;
  const count = folds.length;
  const whole = [split.images / count, split.captionIds.length / count];
  const shape = count === 1 ? whole : [count, ...whole];
  const file = await SimilarityFile.create(path, shape);
  try {
    for (const fold of folds) {
      const { images, captions } = await encodeFold(evaluation, fold, stage, signal);
      await stage('comparing', 'pairs', async (onProgress) => {
        for await (const rows of scoreRows(engines.matcher, images, captions, { signal, onProgress })) {
          await file.append(rows.similarities);
        }
      });
    }
    await file.finish();
    return shape;
  } catch (thrown) {
    await file.discard();
    throw thrown;
  }
}
