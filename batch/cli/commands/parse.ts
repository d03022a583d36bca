import { Command, Option } from 'commander';

/** `gsmn parse`: sentences to dependency graphs, as the released `dependency_parser.py`, and beyond. */
export function parseCommand(): Command {
  const input = ['text', 'conllu', 'corenlp'];
  const output = ['pairs', 'conllu', 'corenlp'];
  return new Command('parse')
    .description(
      'parse captions: [head, dependent] pairs for sparse models, as the released dependency_parser.py',
    )
    .option(
      '--src-path <file>',
      'a caption a line; or CoNLL-U, whose words are taken; or JSON of CoreNLP, whose trees are',
    )
    .option(
      '--tar-path <file>',
      'what to write: pairs as {split}_caps.json has them; or CoNLL-U; or JSON as CoreNLP writes it',
    )
    .addOption(new Option('--from <format>', 'format of the source (default: by its ending)').choices(input))
    .addOption(new Option('--to <format>', 'format of the target (default: by its ending)').choices(output))
    .addOption(
      new Option('--words <style>', "words by NLTK's word_tokenize, or plain runs of letters and digits")
        .choices(['treebank', 'plain'])
        .default('treebank'),
    )
    .option('--conllu', 'CoNLL-U on both sides')
    .option('--eval <file>', "parse a treebank's words and print UAS and LAS by the rules of CoNLL 2018")
    .option('--lower', 'with --eval: words in lower case, as captions are read')
    .option('--parser <file>', 'another parser than the one that ships')
    .option('--force', 'replace another target that is there')
    .option('--json', 'with --eval: the figures as JSON on stdout')
    .action(async (options) => (await import('../parse/run-parse.ts')).runParse(options));
}
