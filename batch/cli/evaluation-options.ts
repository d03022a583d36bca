import process from 'node:process';
import type { Command } from 'commander';
import { AppError } from '../../shared/errors/index.ts';
import { matchPrecisionSchema, propagationSchema, protocolSchema } from '../../shared/schema/index.ts';
import type { Members, MembersRequest } from '../evaluation/open-members.ts';
import {
  dataFolder,
  type ModelDataOptions,
  precisionOption,
  protocolOption,
  withModelDataOptions,
} from './options.ts';
import { terminalReport } from './progress.ts';

/** Options of the commands that compare every image of a split with every caption. */
export interface EvaluationOptions extends Omit<ModelDataOptions, 'checkpoint' | 'propagation'> {
  readonly checkpoint?: readonly string[];
  readonly propagation?: readonly string[];
  readonly split: string;
  readonly protocol: string;
  readonly precision: string;
  readonly fold5?: boolean;
}

/** Those of `withModelDataOptions`, `--split`, `--protocol`, `--precision`, `--fold5`. */
export function withEvaluationOptions(command: Command): Command {
  return withModelDataOptions(command, 'several')
    .option('--split <name>', 'which split of the data folder', 'test')
    .addOption(protocolOption())
    .addOption(precisionOption())
    .option('--fold5', "five folds, evaluated separately, as for MSCOCO's split `testall`");
}

/** The request that the options make. */
export function evaluationRequest(options: EvaluationOptions): MembersRequest {
  if (options.checkpoint === undefined) {
    throw new AppError('argument_invalid', 'no checkpoint was given', {
      hint: 'pass --checkpoint FILE.pth.tar, several times for an ensemble',
    });
  }
  return {
    checkpoints: options.checkpoint,
    folder: dataFolder(options),
    split: options.split,
    vocabulary: options.vocabulary,
    boxFormat: options.boxFormat,
    propagations: propagationSchema.array().parse(options.propagation ?? []),
    backend: options.backend,
    precision: matchPrecisionSchema.parse(options.precision),
    protocol: protocolSchema.parse(options.protocol),
    fold5: options.fold5 === true,
  };
}

/** Prints on stderr what will be compared, and with what. */
export function announceEvaluation(members: Members): void {
  for (const { network } of members) {
    const { path, config, epoch } = network;
    const trained = epoch === undefined ? '' : `, epoch ${epoch}`;
    process.stderr.write(`model: ${path} (propagation ${config.propagation}${trained})\n`);
  }
  const [{ split, engines, protocol, folds }] = members;
  const folded = folds.length === 1 ? '' : `, in ${folds.length} folds`;
  process.stderr.write(
    `data: ${split.folder}, split ${split.split}: ${split.images} images, ${split.captionIds.length} captions${folded}\n` +
      `backend: ${engines.backend}, precision: ${engines.precision}, protocol: ${protocol}\n`,
  );
  for (const note of split.notes) terminalReport.warn(note);
}

/** Prints on stderr what was odd about the features that were compared. */
export function tellOddFeatures([{ split }]: Members): void {
  for (const note of split.featureNotes()) terminalReport.warn(note);
}
