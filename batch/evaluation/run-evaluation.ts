import { type RecallMetrics, recallMetrics } from '../../shared/retrieval/index.ts';
import { encodeFold, type Stage } from './encode-fold.ts';
import type { Evaluation } from './open-evaluation.ts';
import { scoreMatrix } from './score-fold.ts';

/** Scores every fold exhaustively and counts its recalls. */
export async function runEvaluation(
  evaluation: Evaluation,
  stage: Stage,
  signal?: AbortSignal,
): Promise<RecallMetrics[]> {
  const metrics: RecallMetrics[] = [];
  for (const fold of evaluation.folds) {
    const { images, captions } = await encodeFold(evaluation, fold, stage, signal);
    const scores = await stage('comparing', 'pairs', (onProgress) =>
      scoreMatrix(evaluation.engines.matcher, images, captions, { signal, onProgress }),
    );
    metrics.push(recallMetrics(scores, images.length, captions.length));
  }
  return metrics;
}
