import { AppError } from '../../shared/errors/index.ts';
import { type WorkOptions, yieldToEventLoop } from '../../shared/model/index.ts';
import { tokenise, type WordStyle } from '../../shared/text/tokenise.ts';

/** The words that every vocabulary starts with; their ids are 0 to 3. */
const SPECIAL = ['<pad>', '<start>', '<end>', '<unk>'];
/** Captions between two checks of the signal. */
const STEP = 1000;

/**
 * How often each word occurs in the captions, in the order of first occurrence. Progress counts captions.
 *
 * @throws AppError `cancelled`.
 */
export async function countWords(
  captions: readonly string[],
  style: WordStyle,
  { signal, onProgress }: WorkOptions = {},
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [index, caption] of captions.entries()) {
    for (const word of tokenise(caption, style)) counts.set(word, (counts.get(word) ?? 0) + 1);
    if ((index + 1) % STEP !== 0) continue;
    onProgress?.(index + 1, captions.length);
    await yieldToEventLoop();
    if (signal?.aborted) throw new AppError('cancelled', 'counting words was cancelled');
  }
  onProgress?.(captions.length, captions.length);
  return counts;
}

/**
 * The words of a vocabulary by id: the special ones, then those that occur at least `threshold` times, in the order of
 * `counts`, which is that of first occurrence. The released `vocab.py` orders words in the same way.
 */
export function vocabularyWords(counts: ReadonlyMap<string, number>, threshold: number): string[] {
  const seen = [...counts].flatMap(([word, count]) => (count >= threshold ? [word] : []));
  return [...new Set([...SPECIAL, ...seen])];
}
