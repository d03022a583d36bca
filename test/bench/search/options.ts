import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../../../shared/errors/index.ts';

/** A checkout of the project, and the index that it serves. */
export interface Checkout {
  readonly name: 'current' | 'baseline';
  readonly root: string;
  readonly index: string;
}

export interface SearchBenchOptions {
  /** Data folder with captions: the source of queries, and of the index if there is none. */
  readonly data: string;
  readonly split: string | undefined;
  readonly checkpoint: string | undefined;
  /** The measured checkouts, in turn: this one, and the one that it is compared with. */
  readonly checkouts: readonly Checkout[];
  readonly backend: string;
  readonly concurrencies: readonly number[];
  /** Queries at each concurrency, the same for each checkout. */
  readonly queries: number;
  /** Parts of the queries; in each part every checkout is measured. */
  readonly rounds: number;
  /** Maximum seconds for one checkout at one concurrency. */
  readonly seconds: number;
  /** Requested hits. */
  readonly limit: number;
  readonly json: boolean;
}

const ROOT = resolve(import.meta.dirname, '../../..');

/** Reads `--data DIR --index DIR [--baseline DIR --baseline-index DIR]` and the other options; every number has limits. */
export function searchBenchOptions(args: readonly string[]): SearchBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      split: { type: 'string' },
      checkpoint: { type: 'string' },
      index: { type: 'string', default: './index' },
      baseline: { type: 'string' },
      'baseline-index': { type: 'string' },
      backend: { type: 'string', default: 'auto' },
      concurrency: { type: 'string', default: '1,16' },
      queries: { type: 'string', default: '300' },
      rounds: { type: 'string', default: '3' },
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
    // Commands run in their own checkout.
    data: resolve(values.data),
    split: values.split,
    checkpoint: values.checkpoint && resolve(values.checkpoint),
    checkouts: checkoutsOf(values.index, values.baseline, values['baseline-index']),
    backend: values.backend,
    concurrencies: values.concurrency.split(',').map((text) => bounded('concurrency', text, 256)),
    queries: bounded('queries', values.queries, 100_000),
    rounds: bounded('rounds', values.rounds, 100),
    seconds: bounded('seconds', values.seconds, 3600),
    limit: bounded('limit', values.limit, 100),
    json: values.json,
  };
}

function checkoutsOf(
  index: string,
  baseline: string | undefined,
  baselineIndex: string | undefined,
): Checkout[] {
  const current: Checkout = { name: 'current', root: ROOT, index: resolve(index) };
  if (baseline === undefined) {
    if (baselineIndex === undefined) return [current];
    throw new AppError('argument_invalid', '--baseline-index has no --baseline', {
      hint: '--baseline DIR names the checkout for it',
    });
  }
  const root = resolve(baseline);
  if (!existsSync(join(root, 'batch/bin/gsmn.mjs')) || !existsSync(join(root, 'node_modules'))) {
    throw new AppError(
      'argument_invalid',
      `--baseline: ${root} is not a checkout of this project with its packages`,
      {
        hint: 'git worktree add DIR COMMIT, then npm ci in DIR',
      },
    );
  }
  // Formats may differ: each has its own index.
  const other = resolve(baselineIndex ?? join(root, 'index'));
  if (other !== current.index) return [current, { name: 'baseline', root, index: other }];
  throw new AppError('argument_invalid', `both checkouts would serve the index ${other}`, {
    hint: '--baseline-index DIR names another folder; a missing index is built',
  });
}

function bounded(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new AppError('argument_invalid', `--${name}: "${text}" is not a whole number from 1 to ${most}`);
}
