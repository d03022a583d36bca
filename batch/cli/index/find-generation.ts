import { AppError } from '../../../shared/errors/index.ts';
import type { IndexFolder } from '../../index/index-folder.ts';

/**
 * The finished generation whose id begins so.
 *
 * @throws AppError `generation_missing`, `argument_invalid` when several do.
 */
export async function findGeneration(index: IndexFolder, beginning: string): Promise<string> {
  const found = (await index.generations()).filter((id) => id.startsWith(beginning));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first === undefined) {
    throw new AppError('generation_missing', `the index ${index.path} has no generation ${beginning}`, {
      hint: '`gsmn index list` shows what is there',
    });
  }
  throw new AppError('argument_invalid', `several generations begin with ${beginning}: ${found.join(', ')}`, {
    hint: 'give more of the id',
  });
}
