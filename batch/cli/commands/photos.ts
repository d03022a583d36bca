import { Command } from 'commander';
import { wholeNumber } from '../options.ts';
import type { ScanCommandOptions } from '../photos/run-photos-scan.ts';

/** `gsmn photos`: a folder or a list of photographs. */
export function photosCommand(): Command {
  const command = new Command('photos').description('photographs of a folder or a list');
  command.addCommand(
    new Command('scan')
      .description(
        'read every photograph and say what is there: formats, problems, duplicates, the time it takes',
      )
      .argument('<source>', 'a folder, or a list (.jsonl, .csv) with id, path or url, caption, metadata')
      .option(
        '--cache <dir>',
        'what scans remember, so that files that did not change are not read again',
        './data/photo-cache',
      )
      .option(
        '--problems <file>',
        'where files that cannot be read are listed (default: problems.jsonl in the cache)',
      )
      .option('--gps', 'read the places of photographs as well')
      .option('--max-mb <number>', 'the largest file, in MiB', wholeNumber('max-mb', 1, 2047), 256)
      .option(
        '--max-megapixels <number>',
        'the largest image, in millions of pixels',
        wholeNumber('max-megapixels', 1, 1000),
        200,
      )
      .option(
        '--threads <number>',
        'files worked on at a time (default: cores + 1)',
        wholeNumber('threads', 1, 256),
      )
      .option('--dry-run', 'count files and bytes, and read nothing')
      .option('--strict', 'exit code 1 if there are problems')
      .option('--json', 'the result as JSON on stdout, with every photograph')
      .action(async (source: string, options: ScanCommandOptions) => {
        await (await import('../photos/run-photos-scan.ts')).runPhotosScan(source, options);
      }),
  );
  return command;
}
