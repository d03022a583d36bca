import { Command, Option } from 'commander';

/** `gsmn parse`: parses of sentences, like the released `dependency_parser.py`, and more. */
export function parseCommand(): Command {
  const input = ['text', 'conllu', 'corenlp'];
  const output = ['pairs', 'conllu', 'corenlp'];
  return new Command('parse')
    .description(
      'parse captions: [head, dependent] pairs for sparse models, like the released dependency_parser.py',
    )
    .option(
      '--src-path <file>',
      "one caption on each line; or CoNLL-U, whose words are used; or CoreNLP's JSON, whose trees are used",
    )
    .option(
      '--tar-path <file>',
      "the file to write: pairs as in {split}_caps.json, CoNLL-U, or CoreNLP's JSON",
    )
    .addOption(new Option('--from <format>', 'format of the source (default: by its suffix)').choices(input))
    .addOption(new Option('--to <format>', 'format of the target (default: by its suffix)').choices(output))
    .addOption(
      new Option('--words <style>', "words by NLTK's word_tokenize, or plain runs of letters and digits")
        .choices(['treebank', 'plain'])
        .default('treebank'),
    )
    .option('--conllu', 'CoNLL-U on both sides')
    .option('--eval <file>', "parse a treebank's words and print UAS and LAS by the rules of CoNLL 2018")
    .option('--lower', 'with --eval: words in lower case, as captions are read')
    .option('--parser <file>', 'a parser instead of the built-in one')
    .option('--force', 'replace an existing target that differs')
    .option('--strict', 'stop at a caption that cannot be parsed; without it, it is written without a parse')
    .option('--json', 'with --eval: the figures as JSON on stdout')
    .action(async (options) => (await import('../parse/run-parse.ts')).runParse(options));
}
