import { Command, Option } from 'commander';
import { interruptible } from '../interrupt.ts';
import { dataFolder, type ModelDataOptions, wholeNumber } from '../options.ts';
import { terminalReport } from '../progress.ts';

interface VocabOptions extends Pick<ModelDataOptions, 'data' | 'dataPath' | 'dataName'> {
  readonly split: readonly string[];
  readonly threshold: number;
  readonly words: 'treebank' | 'plain';
  readonly out?: string;
  readonly force?: boolean;
}

/** `gsmn vocab`: the vocabulary of a data folder's captions, as made by the released `vocab.py`. */
export function vocabCommand(): Command {
  return new Command('vocab')
    .alias('vocabulary')
    .description('make the vocabulary of a data folder from its captions, like the released vocab.py')
    .option('--data <dir>', 'data folder with {split}_caps.txt')
    .option('--data-path <dir>', 'the released way to name it: the folder of data folders')
    .option('--data-name <name>', 'and the name of the data folder in it')
    .option('--split <name...>', 'split whose captions are counted', ['train', 'dev'])
    .option('--threshold <n>', 'how often a word must occur', wholeNumber('threshold', 1, 1_000_000), 4)
    .addOption(
      new Option('--words <style>', "words by NLTK's word_tokenize, or plain runs of letters and digits")
        .choices(['treebank', 'plain'])
        .default('treebank'),
    )
    .option('--out <file>', 'where to write it (default: vocab/{data name}_vocab.json)')
    .option('--force', 'replace an existing vocabulary that differs')
    .action(async (options: VocabOptions) => {
      const request = {
        folder: dataFolder(options),
        dataName: options.dataName,
        splits: options.split,
        threshold: options.threshold,
        style: options.words,
        out: options.out,
        force: options.force === true,
      };
      const { makeVocabulary } = await import('../../vocabulary/make-vocabulary.ts');
      await interruptible((signal) => makeVocabulary(request, terminalReport, signal));
    });
}
