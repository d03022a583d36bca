import { Command, Option } from 'commander';
import { propagationSchema } from '../../../shared/schema/index.ts';
import type { StartOptions } from '../../start/start-options.ts';
import {
  dataFolder,
  logLevelOption,
  type ModelDataOptions,
  wholeNumber,
  withModelDataOptions,
} from '../options.ts';
import { deviceOption } from '../photos/extraction-options.ts';
import { terminalReport } from '../progress.ts';
import { withEncoderOptions } from './models.ts';

/** The options as given: the data folder by either of its names. */
type StartCommandOptions = ModelDataOptions & Omit<StartOptions, 'propagation'>;

/** `gsmn start`: the whole system on this machine. */
export function startCommand(): Command {
  return withEncoderOptions(withModelDataOptions(new Command('start')))
    .description(
      'build the index if it is missing (of the built-in gallery, if no data is named), then serve search and page on this machine',
    )
    .option('--split <name>', 'which split of the data folder is searched (test, else dev, else train)')
    .option(
      '--photos <source>',
      'search photographs: a folder, or a list (.jsonl, .csv) with path or url, caption, metadata',
    )
    .option('--gps', 'read the places of photographs as well')
    .addOption(deviceOption())
    .option('--watch', 'index photographs that are added, changed or removed while it runs')
    .option('--gallery <dir>', 'where the built-in gallery is kept', './data/gallery')
    .option('--index <dir>', 'the index', './index')
    .option('--port <number>', 'where to listen', wholeNumber('port', 0, 65_535), 8787)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option(
        '--allow-origin <origins>',
        'other origins whose pages may search and show the images, separated by commas; * for all',
      ).env('ALLOWED_ORIGINS'),
    )
    .addOption(
      new Option(
        '--allow-host <names>',
        'further names by which a proxy or tunnel calls it, separated by commas',
      ).env('ALLOWED_HOSTS'),
    )
    .option('--keys <file>', 'who may search: the keys of `gsmn keys` (default: everybody)')
    .addOption(
      new Option('--page-key <key>', 'the publishable key that the own page searches with').env('PAGE_KEY'),
    )
    .addOption(
      new Option(
        '--qdrant <url>',
        'a Qdrant to use instead of the embedded one (its key: QDRANT_API_KEY)',
      ).env('QDRANT_URL'),
    )
    .option(
      '--originals',
      'serve image files as they are, too; by default they are made smaller, without metadata',
      false,
    )
    .option(
      '--renditions-mb <number>',
      'image files made smaller that are kept, in MiB; the least recently used ones go first, 0 keeps none',
      wholeNumber('renditions-mb', 0, 1 << 24),
      4096,
    )
    .option(
      '--query-log <file>',
      'keep what is searched for, without who searches (docs/operation.md); QUERY_LOG_SAMPLE: the share',
    )
    .option(
      '--answers-mb <number>',
      'memory for answers that are sent again as long as their index is active, in MiB; 0 keeps none',
      wholeNumber('answers-mb', 0, 64),
      16,
    )
    .option('--search-captions', 'build the index so that the words of captions are searched as well')
    .option('--no-build', 'serve the existing index; never build or send anything')
    .addOption(logLevelOption('warn'))
    .action(async (options: StartCommandOptions) => {
      const { runStart } = await import('../../start/run-start.ts').catch(
        (await import('../../serve/run-serve.ts')).explainMissing,
      );
      const named = options.data !== undefined || options.dataName !== undefined;
      await runStart(
        {
          ...options,
          data: named ? dataFolder(options) : undefined,
          boxFormat: named ? options.boxFormat : undefined,
          propagation: propagationSchema.optional().parse(options.propagation),
        },
        terminalReport,
      );
    });
}
