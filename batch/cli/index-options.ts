import { type Command, Option } from 'commander';

/** Options of every command that works on an index. */
export interface IndexOptions {
  readonly index: string;
  readonly qdrant?: string;
}

/** `--index` and `--qdrant`. */
export function withIndexOptions(command: Command): Command {
  return command
    .option('--index <dir>', "the index's folder", './index')
    .addOption(
      new Option(
        '--qdrant <url>',
        'a Qdrant to use instead of the embedded one (its key: QDRANT_API_KEY)',
      ).env('QDRANT_URL'),
    );
}
