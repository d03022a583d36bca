import { parseArgs } from 'node:util';
import { AppError } from '../../../shared/errors/index.ts';

export interface SearchBenchOptions {
  /** Data folder with captions: where queries come from, and the index when there is none. */
  readonly data: string;
  readonly split: string | undefined;
  readonly checkpoint: string | undefined;
  readonly index: string;
  readonly backend: string;
  readonly concurrencies: readonly number[];
  /** Queries at each concurrency. */
  readonly queries: number;
  /** The longest that one concurrency may take. */
  readonly seconds: number;
  /** Hits asked for. */
  readonly limit: number;
  readonly json: boolean;
}

/** Reads `--data DIR --index DIR` and the rest; every number is bounded. */
export function searchBenchOptions(args: readonly string[]): SearchBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      split: { type: 'string' },
      checkpoint: { type: 'string' },
      index: { type: 'string', default: './index' },
      backend: { type: 'string', default: 'auto' },
      concurrency: { type: 'string', default: '1,16' },
      queries: { type: 'string', default: '300' },
      seconds: { type: 'string', default: '60' },
      limit: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.data === undefined) {
    throw new AppError('argument_invalid', 'no data folder was given', {
      hint: 'npm run bench -- search --data DIR [--index DIR]: its captions are the queries',
    });
  }
  return {
    data: values.data,
    split: values.split,
    checkpoint: values.checkpoint,
    index: values.index,
    backend: values.backend,
    concurrencies: values.concurrency.split(',').map((text) => bounded('concurrency', text, 256)),
    queries: bounded('queries', values.queries, 100_000),
    seconds: bounded('seconds', values.seconds, 3600),
    limit: bounded('limit', values.limit, 100),
    json: values.json,
  };
}

function bounded(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new AppError('argument_invalid', `--${name}: "${text}" is not a whole number from 1 to ${most}`);
}
