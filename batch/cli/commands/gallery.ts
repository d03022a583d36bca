import { Command, Option } from 'commander';
import { propagationSchema } from '../../../shared/schema/index.ts';
import { GALLERY_SPLITS, MOST_IMAGES, MOST_SEED } from '../../gallery/collection/plan.ts';
import { backendOption, wholeNumber } from '../options.ts';

/** `gsmn gallery`: make, train, evaluate. */
export function galleryCommand(): Command {
  const command = new Command('gallery').description('the built-in collection of drawn images');
  command.addCommand(
    new Command('make')
      .description('draw the collection and write it as a data folder; existing splits are kept')
      .requiredOption('--out <dir>', 'the data folder to write')
      .addOption(
        new Option('--split <name>', 'which split').choices(['all', ...GALLERY_SPLITS]).default('all'),
      )
      .option(
        '--count <number>',
        'images of each split (train 6000, dev 500, test 2000)',
        wholeNumber('count', 1, MOST_IMAGES),
      )
      .option('--threads <number>', 'threads (default: all cores)', wholeNumber('threads', 1, 256))
      .option('--seed <number>', 'another seed draws other images', wholeNumber('seed', 0, MOST_SEED), 0)
      .option('--vocabulary <file>', 'vocabulary of a model (default: that of the training captions)')
      .option('--json', 'the result as JSON on stdout')
      .action(async (options) => (await import('../gallery/make.ts')).runMake(options)),
  );
  command.addCommand(
    new Command('train')
      .description(
        'draw the collection, train its model from scratch, measure it and write it; resumes where it was stopped',
      )
      .option('--data <dir>', 'data folder of the collection', './data/gallery')
      .option('--run <dir>', 'folder for log and checkpoints (default: ./runs/gallery-PROPAGATION-SEED)')
      .option('--out <dir>', 'model folder to write or replace (default: the built-in one)')
      .addOption(
        new Option('--propagation <name>', 'which vectors the graph convolution propagates')
          .choices(propagationSchema.options)
          .default('neighbours'),
      )
      .option('--seed <number>', 'of parameters and batches', wholeNumber('seed', 0, MOST_SEED), 1)
      .option('--epochs <number>', "instead of the recipe's", wholeNumber('epochs', 1, 1000))
      .addOption(backendOption())
      .action(async (options) => (await import('../gallery/train.ts')).runGalleryTraining(options)),
  );
  command.addCommand(
    new Command('evaluate')
      .description('recall@K and binding of twins: by the recall encoder, by GSMN, and by both')
      .option('--model <dir...>', 'prepared models (default: the built-in one)')
      .option('--data <dir>', 'data folder of the collection', './data/gallery')
      .option('--split <name>', 'which split', 'test')
      .option('--json', 'the figures as JSON on stdout')
      .addOption(backendOption())
      .action(async (options) => (await import('../gallery/evaluate.ts')).runGalleryEvaluation(options)),
  );
  return command;
}
