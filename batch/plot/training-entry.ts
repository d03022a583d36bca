import { z } from 'zod';

const count = z.number().int().nonnegative();
const percent = z.number().min(0).max(100);
/** Counted from one, as the released code prints ranks. */
const rank = z.number().min(1);
const seconds = z.number().nonnegative();

/** The first line of a run's log, and of each time that it was resumed: its options. */
const runEntrySchema = z.looseObject({ type: z.literal('run') });

/** One logged optimiser step. */
const stepEntrySchema = z.strictObject({
  type: z.literal('step'),
  /** Optimiser steps since the start of the run, counted from one; resumed runs continue the count. */
  step: count,
  /** Epochs finished before this step. */
  epoch: count,
  /** For this step's batch, before the step. */
  loss: z.number(),
  /** Learning rate of this step. */
  lr: z.number().nonnegative(),
  /** Global L2 norm of the gradients, before clipping. */
  gradientNorm: z.number().nonnegative(),
  /** Seconds that the step took, including reading its batch. */
  batchSeconds: seconds,
  /** Seconds of these spent on reading the batch. */
  dataSeconds: seconds,
  /** Seconds since 1970. */
  wallTime: seconds,
});

/**
 * One validation. Names are those of the TensorBoard scalars of the released scripts: without a suffix for image to
 * text, with `i` for text to image.
 */
const validationEntrySchema = z.strictObject({
  type: z.literal('validation'),
  /** Optimiser steps done. */
  step: count,
  epoch: count,
  r1: percent,
  r5: percent,
  r10: percent,
  medr: rank,
  meanr: rank,
  r1i: percent,
  r5i: percent,
  r10i: percent,
  medri: rank,
  meanri: rank,
  /** Sum of the six values of recall@K. */
  rsum: z.number().min(0).max(600),
  wallTime: seconds,
});

/** A line of a training log (`log.jsonl`); `type` says which kind. */
export const trainingEntrySchema = z.discriminatedUnion('type', [
  runEntrySchema,
  stepEntrySchema,
  validationEntrySchema,
]);

export type StepEntry = z.infer<typeof stepEntrySchema>;
export type ValidationEntry = z.infer<typeof validationEntrySchema>;
export type TrainingEntry = z.infer<typeof trainingEntrySchema>;
