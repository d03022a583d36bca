import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { galleryModelFolder } from '../../../batch/gallery/model-folder.ts';
import { runGsmn } from '../../support/run-gsmn.ts';
import { writeCollection } from './collection.ts';
import { killAllOver } from './process-tree.ts';

/**
 * Images of each split. `test` makes overload possible: a search compares a whole shortlist of 1,000. `dev` answers fast, and `train` is a
 * second generation for it.
 */
export const SPLITS = { test: 2000, dev: 300, train: 200 } as const;
export type Split = keyof typeof SPLITS;

/** What every case starts from. */
export interface Indexes {
  /** Holds everything below. */
  readonly root: string;
  readonly data: string;
  /** Its only generation holds split `test`. */
  readonly large: string;
  /** Its active generation holds split `dev`, a second one `train`. */
  readonly small: string;
  /** The generation of each split. */
  readonly generations: Readonly<Record<Split, string>>;
}

/** Writes the data folder and builds both indexes, with the command. */
export async function makeIndexes(seed: number): Promise<Indexes> {
  const root = mkdtempSync(join(tmpdir(), 'gsmn-faults-'));
  const [data, large, small] = [join(root, 'data'), join(root, 'large'), join(root, 'small')];
  writeCollection(data, SPLITS, seed);
  const test = await build({ data, index: large, split: 'test' });
  const dev = await build({ data, index: small, split: 'dev' });
  const train = await build({ data, index: small, split: 'train', more: ['--no-activate'] });
  return { root, data, large, small, generations: { test, dev, train } };
}

/** Removes them, and ends whatever a case that was interrupted has left running over them. */
export function removeIndexes({ root }: Indexes): void {
  killAllOver(root);
  rmSync(root, { recursive: true, force: true });
}

/** A copy of an index that nobody uses, for a case that changes it. */
export function copyIndex({ root }: Indexes, index: string): string {
  const copy = join(mkdtempSync(join(root, 'case-')), 'index');
  cpSync(index, copy, { recursive: true });
  return copy;
}

export function buildParameters(data: string, index: string, split: Split): string[] {
  const model = ['--data', data, '--checkpoint', galleryModelFolder()];
  return ['index', 'build', ...model, '--index', index, '--split', split, '--backend', 'wasm', '--json'];
}

async function build(options: {
  readonly data: string;
  readonly index: string;
  readonly split: Split;
  readonly more?: readonly string[];
}): Promise<string> {
  const { data, index, split, more = [] } = options;
  const { code, stdout, stderr } = await runGsmn([...buildParameters(data, index, split), ...more]);
  if (code !== 0) throw new Error(`the index of split ${split} was not built (code ${code}):\n${stderr}`);
  return z.object({ generation: z.string() }).parse(JSON.parse(stdout)).generation;
}
