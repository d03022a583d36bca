import { AppError } from '../../errors/index.ts';
import { type DescriptionPart, IMAGE_TENSORS, type StoredWordSum, TEXT_TENSORS } from './stored-word-sum.ts';

/** What a word sum is made of. */
export interface WordSumParts {
  readonly dimensions: number;
  /** W, the numbers of a description. */
  readonly size: number;
  readonly parts: readonly DescriptionPart[];
  readonly words: readonly string[];
  readonly skipped: readonly string[];
  /** `[dimensions, numbers of the parts]`, and what is subtracted after it. */
  readonly projection: ArrayLike<number>;
  readonly imageOffset: ArrayLike<number>;
  /** `[words, dimensions]`, and what is subtracted from a sum of rows. */
  readonly rows: ArrayLike<number>;
  readonly textOffset: ArrayLike<number>;
}

/**
 * A word sum in stored form.
 *
 * @throws AppError `argument_invalid` for numbers that are not finite, `shape_mismatch`.
 */
export function makeWordSum(given: WordSumParts): StoredWordSum {
  const { dimensions, size, words, skipped } = given;
  const parts = given.parts.map((part) => ({ ...part }));
  const config: StoredWordSum['config'] = {
    format: 'gsmn-recall-encoder',
    version: 1,
    kind: 'word-sum',
    dimensions,
    image: { size, parts },
    text: { words: [...words], skipped: [...skipped] },
  };
  const tensors = new Map(
    (
      [
        ['image.projection', IMAGE_TENSORS['image.projection'](config), given.projection],
        ['image.offset', IMAGE_TENSORS['image.offset'](config), given.imageOffset],
        ['text.rows', TEXT_TENSORS['text.rows'](config), given.rows],
        ['text.offset', TEXT_TENSORS['text.offset'](config), given.textOffset],
      ] as const
    ).map(([name, shape, numbers]) => {
      const data = Float32Array.from(numbers);
      if (data.length !== shape.reduce((product, extent) => product * extent, 1)) {
        throw new AppError(
          'shape_mismatch',
          `the word sum's "${name}" has ${data.length} numbers, expected [${shape.join(', ')}]`,
        );
      }
      if (!data.every(Number.isFinite)) {
        throw new AppError('argument_invalid', `the word sum's "${name}" is not finite`, {
          hint: 'look for NaN or infinity in the descriptions of the training images',
        });
      }
      return [name, { shape, data }] as const;
    }),
  );
  return { config, tensors };
}
