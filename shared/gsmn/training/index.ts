export { createAdam } from './adam.ts';
export { hingeLoss, type Violation } from './hinge-loss.ts';
export { initialParameters } from './initial-parameters.ts';
export type { PairScorer } from './pair-scorer.ts';
export {
  createTrainer,
  type OptimizerState,
  type StepReport,
  type StepSettings,
  type Trainer,
} from './trainer.ts';
export type { TrainingBatch } from './training-batch.ts';
