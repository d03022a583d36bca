import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { MODEL_FILES } from '../../../shared/generation/index.ts';
import type { Vocabulary } from '../../../shared/text/index.ts';
import { listSplits } from '../../data/split-files.ts';
import { readVocabulary } from '../../vocabulary/vocabulary-file.ts';

/**
 * The vocabulary file for a split of the gallery: the folder's own if it has the words of the model, so that what was
 * made with it is kept; else the model's.
 *
 * @throws AppError `conflict` if other splits of the folder use other words; of `readVocabulary`.
 */
export async function galleryVocabulary(folder: string, split: string, model: string): Promise<string> {
  const [own, models] = [join(folder, 'vocab.json'), join(model, MODEL_FILES.vocabulary)];
  if (!existsSync(own)) return models;
  const [ours, theirs] = [await readVocabulary(own), await readVocabulary(models)];
  if (sameWords(ours.vocabulary, theirs.vocabulary)) return own;
  const others = (await listSplits(folder)).filter((name) => name !== split);
  if (others.length === 0) return models;
  throw new AppError(
    'conflict',
    `the gallery in ${folder} has other words than its model: ${others.join(', ')} would not fit its vocabulary any more`,
    {
      hint: '`npm run train:gallery` trains a model for it; or keep a gallery for this model elsewhere with --gallery DIR',
    },
  );
}

function sameWords(one: Vocabulary, two: Vocabulary): boolean {
  return (
    one.size === two.size &&
    Array.from({ length: one.size }, (_, id) => id).every((id) => one.wordOf(id) === two.wordOf(id))
  );
}
