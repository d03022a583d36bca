import { AppError } from '../../shared/errors/index.ts';
import { listSplits } from './split-files.ts';

/**
 * The split whose images are searched: the named one, else `test`, else `dev`, else `train`, else the only one.
 *
 * @throws AppError `file_missing` for a folder without splits, `argument_invalid` when the choice is not clear.
 */
export async function chooseSplit(folder: string, named?: string): Promise<string> {
  if (named !== undefined) return named;
  const splits = await listSplits(folder);
  const known = ['test', 'dev', 'train'].find((name) => splits.includes(name));
  const chosen = known ?? (splits.length === 1 ? splits[0] : undefined);
  if (chosen !== undefined) return chosen;
  if (splits.length === 0) {
    throw new AppError('file_missing', `${folder} is not a data folder: it has no {split}_ims.npy`, {
      hint: 'docs/data-folder.md says what a data folder contains',
    });
  }
  throw new AppError('argument_invalid', `${folder} has several splits`, {
    hint: `pass --split ${splits.join('|')}`,
  });
}
