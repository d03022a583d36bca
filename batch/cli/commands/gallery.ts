import { Command, Option } from 'commander';
import { GALLERY_SPLITS, MOST_PICTURES, MOST_SEED } from '../../gallery/collection/plan.ts';
import { wholeNumber } from '../options.ts';

/** `gsmn gallery make` */
export function galleryCommand(): Command {
  const command = new Command('gallery').description('the built-in collection of drawn pictures');
  command.addCommand(
    new Command('make')
      .description('draw the collection and write it as a data folder; what is there already is kept')
      .requiredOption('--out <dir>', 'the data folder to write')
      .addOption(
        new Option('--split <name>', 'which split').choices(['all', ...GALLERY_SPLITS]).default('all'),
      )
      .option(
        '--count <number>',
        'pictures of each split (train 6000, dev 500, test 2000)',
        wholeNumber('count', 1, MOST_PICTURES),
      )
      .option('--threads <number>', 'threads (as many as cores)', wholeNumber('threads', 1, 256))
      .option('--seed <number>', 'another seed draws other pictures', wholeNumber('seed', 0, MOST_SEED), 0)
      .option('--vocabulary <file>', "a model's vocabulary (default: that of the training captions)")
      .option('--json', 'what was made as JSON on stdout')
      .action(async (options) => (await import('../gallery/make.ts')).runMake(options)),
  );
  return command;
}
