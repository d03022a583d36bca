import { type RecallMetrics, recallMetrics } from '../../shared/retrieval/index.ts';
import type { Report } from '../report.ts';
import type { Fold } from './folds.ts';
import type { Members } from './open-members.ts';
import { scoreMembers } from './score-members.ts';

/** The similarities of a fold and their metrics. */
export interface ScoredFold {
  readonly fold: Fold;
  /** `[images, captions]` of the fold. */
  readonly scores: Float32Array;
  readonly metrics: RecallMetrics;
}

interface RunOptions {
  readonly signal?: AbortSignal;
  /** Called with every fold before its similarities are released. */
  readonly onFold?: (scored: ScoredFold) => void;
}

/** Scores every fold exhaustively and computes its metrics. */
export async function runEvaluation(
  members: Members,
  stage: Report['stage'],
  { signal, onFold }: RunOptions = {},
): Promise<RecallMetrics[]> {
  const counted: RecallMetrics[] = [];
  for (const fold of members[0].folds) {
    const images = fold.images[1] - fold.images[0];
    const captions = fold.captions.length;
    const scores = new Float32Array(images * captions);
    await scoreMembers(
      members,
      fold,
      ({ from, similarities }) => scores.set(similarities, from * captions),
      stage,
      signal,
    );
    const metrics = recallMetrics(scores, images, fold.captionImages);
    onFold?.({ fold, scores, metrics });
    counted.push(metrics);
  }
  return counted;
}
