import { Command } from 'commander';
import { withIndexOptions } from '../index-options.ts';
import { backendOption, channelsOption, wholeNumber, withModelDataOptions } from '../options.ts';

/** `gsmn index`: build, list, evaluate, captions, activate, rollback, verify, remove, prune. */
export function indexCommand(): Command {
  const command = new Command('index').description('build and manage the index that is searched');
  command.addCommand(
    withIndexOptions(withModelDataOptions(new Command('build')))
      .description('encode a data folder and activate it as a new generation; resumes where it was stopped')
      .option('--split <name>', 'which split of the data folder is searched (test, else dev, else train)')
      .option('--images-url <prefix>', "prefix of the image files' addresses (default /images/)")
      .option(
        '--schema <file>',
        'declares the fields by which images are filtered (default: index.schema.json in the data folder)',
      )
      .option('--search-captions', 'search the words of captions as well, as a channel of its own')
      .option('--no-activate', 'build and verify only; `gsmn index activate` activates it')
      .option('--json', 'the generation as JSON on stdout')
      .action(async (options) => (await import('../index/build.ts')).runBuild(options)),
  );
  command.addCommand(
    withIndexOptions(new Command('list'))
      .description(
        'list the generations of the index, with the active one marked and the state of their points',
      )
      .option('--json', 'as JSON on stdout')
      .action(async (options) => (await import('../index/list.ts')).runList(options)),
  );
  command.addCommand(
    withIndexOptions(new Command('evaluate'))
      .description(
        'search the active generation with the queries of a file and measure the answers (docs/evaluation.md)',
      )
      .requiredOption(
        '--queries <file>',
        'JSON lines: query, and relevant (names or ids of images; none if nothing fits) or captions; kind',
      )
      .addOption(backendOption())
      .addOption(channelsOption().default(['pixels'], 'pixels'))
      .option('--no-understand', 'search for the words as they are written')
      .option('--memory-mb <number>', 'memory for images', wholeNumber('memory-mb', 1, 1_000_000), 1024)
      .option('--html <dir>', 'write a report: figures, reliability, the worst queries')
      .option(
        '--worst <number>',
        'worst queries of each kind in the report',
        wholeNumber('worst', 1, 1000),
        20,
      )
      .option('--reliability <file>', 'write the reliability diagram as an SVG')
      .option('--json', 'as JSON on stdout')
      .action(async (options) => (await import('../index/evaluate.ts')).runEvaluateIndex(options)),
  );
  command.addCommand(
    withIndexOptions(new Command('captions'))
      .argument('<image>', 'its id in the active generation', wholeNumber('image', 0, 1e9))
      .description('the captions of the active generation that fit an image best, by the score of GSMN')
      .option('--limit <number>', 'captions', wholeNumber('limit', 1, 1000), 10)
      .option(
        '--shortlist <number>',
        "captions that are compared, the nearest by coarse vectors (default: the generation's own number)",
        wholeNumber('shortlist', 1, 1_000_000_000),
      )
      .option('--filter <text>', 'captions of which images, by their declared fields')
      .addOption(backendOption())
      .option('--memory-mb <number>', 'memory for images', wholeNumber('memory-mb', 1, 1_000_000), 256)
      .option('--json', 'as JSON on stdout')
      .action(async (image, options) =>
        (await import('../index/captions.ts')).runIndexCaptions(image, options),
      ),
  );
  command.addCommand(
    withIndexOptions(new Command('activate'))
      .argument('<generation>', 'its id, or the first characters of it')
      .description('activate a generation')
      .action(async (id, options) => (await import('../index/switch.ts')).runActivate(id, options)),
  );
  command.addCommand(
    withIndexOptions(new Command('rollback'))
      .description('activate the previously active generation')
      .action(async (options) => (await import('../index/switch.ts')).runRollback(options)),
  );
  command.addCommand(
    withIndexOptions(new Command('verify'))
      .argument('[generation]', 'its id, or the first characters of it (default: the active one)')
      .description('check every byte of a generation, and every point of it in Qdrant')
      .option('--json', 'as JSON on stdout, with the state of its collections')
      .action(async (id, options) => (await import('../index/verify.ts')).runVerify(id, options)),
  );
  command.addCommand(
    withIndexOptions(new Command('remove'))
      .argument('<generation>', 'its id, or the first characters of it')
      .description('remove a generation, its files and its points; never the active or the previous one')
      .action(async (id, options) => (await import('../index/remove.ts')).runRemove(id, options)),
  );
  command.addCommand(
    withIndexOptions(new Command('prune'))
      .description(
        'remove the oldest generations, never the active or the previous one, and pretrained encoders that none needs any more',
      )
      .option(
        '--keep <count>',
        'how many generations stay, the active and the previous one among them',
        wholeNumber('keep', 1, 1_000_000),
        2,
      )
      .action(async (options) => (await import('../index/remove.ts')).runPrune(options)),
  );
  return command;
}
