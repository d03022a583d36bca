import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { assertWritable } from '../../../shared/platform/atomic-file.ts';
import { shippedParserPath } from '../../../shared/platform/parse/index.ts';
import { listFolder } from '../../data/split-files.ts';
import { trainParser } from '../../parser/train-parser.ts';
import { PARSER_RECIPE } from '../../parser/training/recipe.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

export interface TrainParserCommandOptions {
  readonly treebank: string;
  readonly vectors?: string;
  readonly out?: string;
  readonly epochs?: number;
  readonly seed: number;
}

/** `gsmn train-parser` */
export async function runTrainParser(options: TrainParserCommandOptions): Promise<void> {
  const out = options.out ?? shippedParserPath();
  // Before the training, not after it.
  await assertWritable(out);
  const [train, dev] = [await part(options.treebank, 'train'), await part(options.treebank, 'dev')];
  const recipe = {
    ...PARSER_RECIPE,
    epochs: options.epochs ?? PARSER_RECIPE.epochs,
    seed: options.seed,
  };
  await interruptible((signal) =>
    trainParser({ train, dev, vectors: options.vectors, recipe, out, signal }, terminalReport),
  );
}

/** The file of one part of a treebank, whatever the name of the treebank. */
async function part(folder: string, name: string): Promise<string> {
  const found = (await listFolder(folder)).find((file) => file.endsWith(`-ud-${name}.conllu`));
  if (found !== undefined) return join(folder, found);
  throw new AppError('file_missing', `${folder} has no file *-ud-${name}.conllu`, {
    hint: 'expected the folder of a Universal Dependencies treebank, such as UD_English-EWT',
  });
}
