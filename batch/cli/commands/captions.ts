import { Command } from 'commander';
import { dataFolder, type ModelDataOptions } from '../options.ts';
import { terminalReport } from '../progress.ts';

interface EncodeOptions extends Pick<ModelDataOptions, 'data' | 'dataPath' | 'dataName' | 'vocabulary'> {
  readonly split?: readonly string[];
  readonly force?: boolean;
}

/** `gsmn captions encode`: sentences as the word ids that training and evaluation read. */
export function captionsCommand(): Command {
  const command = new Command('captions').description('captions of a data folder');
  command.addCommand(
    new Command('encode')
      .description('write {split}_precaps_stan.txt, the word ids of the captions in {split}_caps.txt')
      .option('--data <dir>', 'data folder with {split}_caps.txt')
      .option('--data-path <dir>', 'the released way to name it: the folder of data folders')
      .option('--data-name <name>', 'and the name of the data folder in it')
      .option('--split <name...>', 'split whose captions are encoded (default: every split with captions)')
      .option('--vocabulary <file>', 'the vocabulary file (default: found in or near the data folder)')
      .option('--force', 'replace existing word ids that differ')
      .action(async (options: EncodeOptions) => {
        const folder = dataFolder(options);
        const { captionedSplits } = await import('../../vocabulary/caption-texts.ts');
        const { encodeSplit } = await import('../../vocabulary/encode-captions.ts');
        const { findVocabulary } = await import('../../data/find-files.ts');
        const { readVocabulary } = await import('../../vocabulary/vocabulary-file.ts');
        const path = options.vocabulary ?? (await findVocabulary(folder, options.dataName));
        const { vocabulary } = await readVocabulary(path);
        terminalReport.say(`vocabulary: ${path}, ${vocabulary.size.toLocaleString('en')} words`);
        for (const split of options.split ?? (await captionedSplits(folder))) {
          await encodeSplit(folder, split, vocabulary, options.force === true, terminalReport);
        }
      }),
  );
  return command;
}
