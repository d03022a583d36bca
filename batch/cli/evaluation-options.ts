import process from 'node:process';
import type { Command } from 'commander';
import { propagationSchema, protocolSchema } from '../../shared/schema/index.ts';
import type { Evaluation, EvaluationRequest } from '../evaluation/open-evaluation.ts';
import {
  checkpointFile,
  dataFolder,
  type ModelDataOptions,
  protocolOption,
  withModelDataOptions,
} from './options.ts';

/** Options of the commands that compare every image of a split with every caption. */
export interface EvaluationOptions extends ModelDataOptions {
  readonly split: string;
  readonly protocol: string;
  readonly fold5?: boolean;
}

/** Those of `withModelDataOptions`, `--split`, `--protocol`, `--fold5`. */
export function withEvaluationOptions(command: Command): Command {
  return withModelDataOptions(command)
    .option('--split <name>', 'which split of the data folder', 'test')
    .addOption(protocolOption())
    .option('--fold5', "five folds, each on its own, as MSCOCO's split `testall` is evaluated");
}

/** What the options ask for. */
export function evaluationRequest(options: EvaluationOptions): EvaluationRequest {
  return {
    checkpoint: checkpointFile(options),
    folder: dataFolder(options),
    split: options.split,
    vocabulary: options.vocabulary,
    propagation: propagationSchema.optional().parse(options.propagation),
    backend: options.backend,
    protocol: protocolSchema.parse(options.protocol),
    fold5: options.fold5 === true,
  };
}

/** Says on stderr what is about to be compared, and with what. */
export function announceEvaluation({ network, split, engines, protocol }: Evaluation): void {
  const { path, config, epoch } = network;
  const trained = epoch === undefined ? '' : `, epoch ${epoch}`;
  process.stderr.write(
    `model: ${path} (propagation ${config.propagation}${trained})\n` +
      `data: ${split.folder}, split ${split.split}: ${split.images} images, ${split.captionIds.length} captions\n` +
      `backend: ${engines.backend}, protocol: ${protocol}\n`,
  );
}
