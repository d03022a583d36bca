import { Command } from 'commander';
import { backendOption, withModelDataOptions } from '../options.ts';

/** `gsmn model`: prepare, calibrate, fit-captions. */
export function modelCommand(): Command {
  const command = new Command('model').description('prepare and calibrate models');
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
  command
    .command('calibrate')
    .argument('<model>', 'a model folder')
    .description(
      'fit again how its scores become probabilities (docs/relevance.md); nothing else of it changes',
    )
    .requiredOption('--data <dir>', 'the data folder')
    .option('--split <name>', 'captioned images that the model has not seen', 'dev')
    .option(
      '--into <dir>',
      'the model folder that gets it, if its recall encoder has seen them (default: <model>)',
    )
    .addOption(backendOption())
    .action(async (model, options) =>
      (await import('../model/run-calibrate.ts')).runCalibrate(model, options),
    );
  command
    .command('fit-captions')
    .argument('<model>', 'a model folder')
    .description(
      'fit what captions count beside pixels, for indexes that search both, and measure it (docs/caption-search.md)',
    )
    .requiredOption('--data <dir>', 'the data folder')
    .option('--split <name>', 'images with more than two captions that the model has not seen', 'dev')
    .addOption(backendOption())
    .action(async (model, options) =>
      (await import('../model/run-fit-captions.ts')).runFitCaptions(model, options),
    );
  return command;
}
