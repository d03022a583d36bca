import { AppError } from '../../shared/errors/index.ts';
import type { Propagation } from '../../shared/schema/index.ts';
import { type Evaluation, type EvaluationRequest, openEvaluation } from './open-evaluation.ts';

export interface MembersRequest extends Omit<EvaluationRequest, 'checkpoint' | 'propagation'> {
  /** One model, or the members of an ensemble. */
  readonly checkpoints: readonly string[];
  /** Empty (what each file says), one for all, or one for each checkpoint in order. */
  readonly propagations: readonly Propagation[];
}

/** The members of an ensemble, each with the same split; one model is an ensemble of one. */
export type Members = readonly [Evaluation, ...Evaluation[]];

/**
 * Opens each model with the split. The caller closes them with `closeMembers`.
 *
 * @throws AppError of `openEvaluation`; `argument_invalid` if the numbers of propagations and checkpoints differ,
 *   `shape_mismatch` for models of different vocabularies.
 */
export async function openMembers(request: MembersRequest): Promise<Members> {
  const { checkpoints, propagations, ...shared } = request;
  if (propagations.length > 1 && propagations.length !== checkpoints.length) {
    throw new AppError(
      'argument_invalid',
      `${propagations.length} propagations were given for ${checkpoints.length} checkpoints`,
      { hint: 'pass --propagation once for all checkpoints, or once for each in the same order' },
    );
  }
  const members: Evaluation[] = [];
  try {
    for (const [index, checkpoint] of checkpoints.entries()) {
      const propagation = propagations.length > 1 ? propagations[index] : propagations[0];
      members.push(await openEvaluation({ ...shared, checkpoint, propagation }));
    }
    const [first, ...others] = members;
    if (first === undefined) throw new AppError('argument_invalid', 'no checkpoint was given');
    for (const other of others) assertSameWords(first, other);
    return [first, ...others];
  } catch (thrown) {
    await closeMembers(members);
    throw thrown;
  }
}

export async function closeMembers(members: readonly Evaluation[]): Promise<void> {
  for (const member of members) await member.close();
}

/** Captions are ids: models with different vocabularies would read different sentences. */
function assertSameWords({ network: first }: Evaluation, { network: other }: Evaluation): void {
  const sizes = [first.config.vocabularySize, other.config.vocabularySize];
  if (sizes[0] === sizes[1]) return;
  throw new AppError(
    'shape_mismatch',
    `${first.path} knows ${sizes[0]} words and ${other.path} ${sizes[1]}: they read the same captions differently`,
    { hint: 'the members of an ensemble must be trained with one vocabulary' },
  );
}
