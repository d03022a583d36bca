import { Command } from 'commander';
import { withModelDataOptions } from '../options.ts';

/** `gsmn model prepare` */
export function modelCommand(): Command {
  const command = new Command('model').description('prepare models');
  command.addCommand(
    withModelDataOptions(new Command('prepare'))
      .description(
        'prepare a checkpoint for searching: fit recall and the weight of the two scores, write a model folder',
      )
      .requiredOption('--out <dir>', 'the model folder to write')
      .option('--split <name>', 'split whose images are used if there is no captioned train split')
      .option('--recall <dir>', 'folder with a recall encoder that is fitted already (`gsmn photos train`)')
      .action(async (options) => (await import('../model/run-prepare.ts')).runPrepare(options)),
  );
  return command;
}
