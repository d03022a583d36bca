import { Command } from 'commander';
import { wholeNumber } from '../options.ts';

/** `gsmn queries`: the query log. */
export function queriesCommand(): Command {
  return new Command('queries').description('the log of what was searched for').addCommand(
    new Command('report')
      .description(
        'what was searched for most, where nothing fits, what was slow, and which hits were chosen',
      )
      .argument(
        '<files...>',
        'files of `gsmn start --query-log`, or logs of the edge worker, in their order of time',
      )
      .option('--html <dir>', 'write the report as a page')
      .option('--top <number>', 'queries in each list', wholeNumber('top', 1, 100_000), 100)
      .option('--json', 'as JSON on stdout')
      .action(async (files, options) => (await import('../queries/run-report.ts')).runReport(files, options)),
  );
}
