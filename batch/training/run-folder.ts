import { join } from 'node:path';

/** The files of a run: its log and its checkpoints (the released `logger_name` and `model_name`). */
export interface RunFolder {
  readonly log: string;
  readonly checkpoints: string;
}

export const STATE_FILE = 'state.safetensors';

export const runPaths = ({ log, checkpoints }: RunFolder) => ({
  /** The JSON lines. */
  log: join(log, 'log.jsonl'),
  plot: join(log, 'plot.svg'),
  /** What `--resume` continues from. */
  state: join(checkpoints, STATE_FILE),
  best: join(checkpoints, 'model_best.safetensors'),
  epoch: (epoch: number): string => join(checkpoints, `checkpoint_${epoch}.safetensors`),
});
