import { Command } from 'commander';
import { withModelDataOptions } from '../options.ts';

/** `gsmn model prepare` */
export function modelCommand(): Command {
  const command = new Command('model').description('models in our own form');
  command.addCommand(
    withModelDataOptions(new Command('prepare'))
      .description(
        'make a checkpoint ready to search: fit recall and the weight of both scores, write a model folder',
      )
      .requiredOption('--out <dir>', 'the model folder to write')
      .option('--split <name>', 'split whose images serve where no captioned train split is')
      .action(async (options) => (await import('../model/run-prepare.ts')).runPrepare(options)),
  );
  return command;
}
