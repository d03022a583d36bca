import { AppError } from '../../shared/errors/index.ts';
import { NpyFile } from '../data/npy-file.ts';
import type { Report } from '../report.ts';
import type { Members } from './open-members.ts';
import { scoreMembers } from './score-members.ts';

/**
 * Writes the similarities (GSMN scores) of every image with every caption, for several models their mean: `[images,
 * captions]`, by folds `[5, images / 5, captions / 5]`.
 *
 * @returns the shape of what was written.
 * @throws AppError `argument_invalid` for folds of different numbers of captions.
 */
export async function runScoring(
  members: Members,
  path: string,
  stage: Report['stage'],
  signal?: AbortSignal,
): Promise<number[]> {
  const { folds, split } = members[0];
  const count = folds.length;
  const captions = folds[0]?.captions.length ?? 0;
  if (folds.some((fold) => fold.captions.length !== captions)) {
    throw new AppError(
      'argument_invalid',
      `the folds of ${split.split} have ${folds.map((fold) => fold.captions.length).join(', ')} captions: they do not make an array`,
      { hint: 'leave --fold5 out to write the whole matrix' },
    );
  }
  const whole = [split.images / count, captions];
  const shape = count === 1 ? whole : [count, ...whole];
  const file = await NpyFile.create(path, shape);
  try {
    for (const fold of folds) {
      await scoreMembers(members, fold, ({ similarities }) => file.append(similarities), stage, signal);
    }
    await file.finish();
    return shape;
  } catch (thrown) {
    await file.discard();
    throw thrown;
  }
}
