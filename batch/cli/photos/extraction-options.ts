import { type Command, Option } from 'commander';
import type { PhotoDevice } from '../../features/photo-regions/photo-network.ts';
import { DEFAULT_LIMITS, type PhotoLimits } from '../../photos/read/photo-limits.ts';
import { wholeNumber } from '../options.ts';

/** Options of every command that reads photographs. */
export interface ReadingOptions {
  readonly problems?: string;
  readonly gps?: boolean;
  readonly maxMb: number;
  readonly maxMegapixels: number;
  readonly threads?: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `--problems`, `--gps`, `--max-mb`, `--max-megapixels`, `--threads`, `--strict`, `--json`. */
export function withReadingOptions(command: Command): Command {
  return command
    .option(
      '--problems <file>',
      'where files that cannot be read are listed (default: problems.jsonl in the cache)',
    )
    .option('--gps', 'read the places of photographs as well')
    .option('--max-mb <number>', 'the largest file, in MiB', wholeNumber('max-mb', 1, 2047), 256)
    .option(
      '--max-megapixels <number>',
      'the largest image, in millions of pixels',
      wholeNumber('max-megapixels', 1, 1000),
      200,
    )
    .option(
      '--threads <number>',
      'files worked on at a time (default: cores + 1)',
      wholeNumber('threads', 1, 256),
    )
    .option('--strict', 'exit code 1 if there are problems')
    .option('--json', 'the result as JSON on stdout');
}

/** Adds `--processes`, of commands that describe photographs, too. */
export function withExtractionOptions(command: Command): Command {
  return withReadingOptions(command)
    .option(
      '--processes <number>',
      'processes that describe photographs, about 200 MiB each (default: one for each core, at most 16)',
      wholeNumber('processes', 1, 256),
    )
    .addOption(deviceOption())
    .option(
      '--dry-run',
      'measure a few photographs and say what time and disk all would take; write nothing',
    );
}

export interface ExtractionOptions extends ReadingOptions {
  readonly processes?: number;
  readonly device?: PhotoDevice;
  readonly dryRun?: boolean;
}

/** `--device`, of commands that describe photographs. */
export function deviceOption(): Option {
  return new Option(
    '--device <name>',
    'what describes photographs: the processor, or a graphics card through CUDA, DirectML or Core ML (default: cpu)',
  ).choices(['cpu', 'cuda', 'dml', 'coreml'] satisfies PhotoDevice[]);
}

/** The limits that the options name. */
export function photoLimits({
  maxMb,
  maxMegapixels,
}: Pick<ReadingOptions, 'maxMb' | 'maxMegapixels'>): PhotoLimits {
  return { ...DEFAULT_LIMITS, bytes: maxMb * 2 ** 20, pixels: maxMegapixels * 1e6 };
}
