import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from '../../shared/errors/index.ts';
import {
  backendSchema,
  type Channel,
  channelSchema,
  matchPrecisionSchema,
  propagationSchema,
  protocolSchema,
} from '../../shared/schema/index.ts';
import { BOX_FORMATS, type BoxFormat, boxFormatSchema } from '../data/box-format.ts';

/** Options of the commands that compare a checkpoint with a data folder. */
export interface ModelDataOptions {
  readonly checkpoint?: string;
  readonly data?: string;
  readonly dataPath?: string;
  readonly dataName?: string;
  readonly vocabulary?: string;
  readonly boxFormat: BoxFormat;
  readonly propagation?: string;
  readonly backend: string;
}

/**
 * `--checkpoint`, `--data` (or the released `--data_path` and `--data_name`), `--box-format`, `--propagation`,
 * `--backend`.
 *
 * @param models of `several`, checkpoints and propagations are lists.
 */
export function withModelDataOptions(command: Command, models: 'one' | 'several' = 'one'): Command {
  const [more, ensemble, order] =
    models === 'one'
      ? ['', '', '']
      : ['...', '; several are an ensemble', ', for all or for each checkpoint'];
  return command
    .option(
      `--checkpoint <file${more}>`,
      `a .safetensors or .pth.tar checkpoint, or a model folder${ensemble}`,
    )
    .option('--data <dir>', 'data folder: {split}_ims.npy, {split}_precaps_stan.txt and the rest')
    .option('--data-path <dir>', 'the released way to name it: the folder of data folders')
    .option('--data-name <name>', 'and the name of the data folder in it')
    .option('--vocabulary <file>', 'the vocabulary file (default: found in or near the data folder)')
    .addOption(boxFormatOption())
    .addOption(
      new Option(
        `--propagation <name${more}>`,
        `which vectors the graph convolution propagates${order}`,
      ).choices(propagationSchema.options),
    )
    .addOption(backendOption());
}

/** `--box-format`: what the numbers in `{split}_ims_bbx.npy` are. */
export function boxFormatOption(): Option {
  const meanings = boxFormatSchema.options.map((format) => `${format} (${BOX_FORMATS[format]})`);
  return new Option('--box-format <name>', `how the data has its boxes: ${meanings.join(', ')}`)
    .choices(boxFormatSchema.options)
    .default('xyxy' satisfies BoxFormat);
}

/** `--backend`: auto uses the best available one and says which. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'what encodes and compares; a named backend that is not available is an error',
  )
    .choices(['auto', ...backendSchema.options])
    .default('auto');
}

/** `--channels`: what recall goes over, separated by commas; undefined if it is not given. */
export function channelsOption(): Option {
  return new Option(
    '--channels <names>',
    'what recall goes over: pixels, captions, or both (default: all that the index has)',
  ).argParser((text: string): Channel[] => {
    const read = channelSchema.array().safeParse(text.split(',').map((name) => name.trim()));
    if (read.success) return read.data;
    throw new InvalidArgumentError('channels are pixels and captions, separated by commas');
  });
}

/** `--precision`. */
export function precisionOption(): Option {
  return new Option(
    '--precision <name>',
    'numbers that the simd backend multiplies: float32, or bytes with scales',
  )
    .choices(matchPrecisionSchema.options)
    .default('f32');
}

/** `--protocol`. */
export function protocolOption(): Option {
  return new Option('--protocol <name>', 'clean, or the released evaluation with its habits')
    .choices(protocolSchema.options)
    .default('clean');
}

/** `--log-level`: how much the services log on stderr. */
export function logLevelOption(fallback: 'warn' | 'info'): Option {
  return new Option('--log-level <level>', 'what the services log on stderr, as lines of JSON')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default(fallback)
    .env('LOG_LEVEL');
}

/** The data folder that the options name. */
export function dataFolder(options: Pick<ModelDataOptions, 'data' | 'dataPath' | 'dataName'>): string {
  if (options.data !== undefined) return options.data;
  if (options.dataName !== undefined) return join(options.dataPath ?? './data', options.dataName);
  throw new AppError('argument_invalid', 'no data folder was given', {
    hint: 'pass --data DIR, or --data_path DIR --data_name NAME as the released scripts do',
  });
}

/** The checkpoint that the options name. */
export function checkpointFile(options: ModelDataOptions): string {
  if (options.checkpoint !== undefined) return options.checkpoint;
  throw new AppError('argument_invalid', 'no checkpoint was given', {
    hint: 'pass --checkpoint FILE.pth.tar',
  });
}

/** Parses a whole number of an option. */
export function wholeNumber(name: string, minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    throw new AppError(
      'argument_invalid',
      `--${name} must be a whole number from ${minimum} to ${maximum}, not "${text}"`,
    );
  };
}
