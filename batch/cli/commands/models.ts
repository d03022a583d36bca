import { Command, Option } from 'commander';
import { HUB, MODELS_FOLDER } from '../../pretrained/defaults.ts';
import type { FetchCommandOptions, ListCommandOptions } from '../pretrained/run-models.ts';

/** `gsmn models`: pretrained encoders. */
export function modelsCommand(): Command {
  const command = new Command('models').description('pretrained encoders (CLIP, SigLIP) for --encoder');
  command.addCommand(
    new Command('list')
      .description('what is known, what was fetched, size, licence and use')
      .addOption(modelsOption())
      .option('--json', 'as JSON')
      .action(async (options: ListCommandOptions) => {
        await (await import('../pretrained/run-models.ts')).runModelsList(options);
      }),
  );
  command.addCommand(
    new Command('fetch')
      .description('fetch a pretrained encoder once; resumes where it was stopped')
      .argument('<name>', 'a name of `gsmn models list`, or OWNER/NAME@REVISION of any other')
      .addOption(modelsOption())
      .addOption(
        new Option('--weights <kind>', 'which numbers: exact ones, or smaller and less exact ones')
          .choices(['full', 'fp16', 'quantized'])
          .default('full'),
      )
      .addOption(
        new Option(
          '--hub <url>',
          'where it is fetched from: the Hugging Face hub, or a server with its paths',
        )
          .env('HF_ENDPOINT')
          .default(HUB),
      )
      .option('--json', 'the result as JSON')
      .action(async (name: string, options: FetchCommandOptions) => {
        await (await import('../pretrained/run-models.ts')).runModelsFetch(name, options);
      }),
  );
  return command;
}

/** `--encoder` and `--models`, of commands that index photographs. */
export function withEncoderOptions(command: Command): Command {
  return command
    .option(
      '--encoder <name>',
      'find photographs by a pretrained encoder: a name of `gsmn models list`, or its folder',
    )
    .addOption(modelsOption());
}

/** `--models` */
export function modelsOption(): Option {
  return new Option('--models <dir>', 'where fetched models are').default(MODELS_FOLDER);
}
