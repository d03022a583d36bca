import { Command } from 'commander';
import { backendOption, wholeNumber, withModelDataOptions } from '../options.ts';

/** `gsmn study`: the measurements behind the defaults. */
export function studyCommand(): Command {
  const command = new Command('study').description('repeat the measurements behind the defaults');
  command.addCommand(
    withModelDataOptions(new Command('coarse'))
      .description(
        'recall encoders: what their shortlists hold, how they rank with GSMN (docs/coarse-recall.md)',
      )
      .action(async (options) => (await import('../study/run-coarse.ts')).runCoarse(options)),
  );
  command.addCommand(
    withModelDataOptions(new Command('nodes'))
      .description('node dtypes: how far the ranks of float16 nodes are from float32 (docs/node-store.md)')
      .option('--split <name>', 'which split is ranked', 'dev')
      .action(async (options) => (await import('../study/run-nodes.ts')).runNodes(options)),
  );
  command.addCommand(
    withModelDataOptions(new Command('matcher'))
      .description(
        'the fused matcher in i8: how far its ranks are from those in float32 (docs/performance.md)',
      )
      .option('--split <name>', 'which split is ranked', 'dev')
      .action(async (options) => (await import('../study/run-matcher.ts')).runMatcher(options)),
  );
  command
    .command('queries')
    .description(
      'queries as people type them, as written and understood: how many of the first ten images fit (docs/query-understanding.md)',
    )
    .option('--index <dir>', "the index's folder; its images need captions", './index')
    .addOption(backendOption())
    .option('--seed <number>', 'of the typing errors', wholeNumber('seed', 0, 2 ** 31), 1)
    .option(
      '--out <file>',
      'write the queries for `gsmn index evaluate` instead, with captions and things that no image shows',
    )
    .action(async (options) => (await import('../study/run-queries.ts')).runQueries(options));
  return command;
}
