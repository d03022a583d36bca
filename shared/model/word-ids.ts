import { AppError } from '../errors/index.ts';

/**
 * Refuses captions without words and ids outside the vocabulary.
 * @throws AppError `argument_invalid`
 */
export function assertWordIds(captions: readonly (readonly number[])[], vocabularySize: number): void {
  for (const [index, caption] of captions.entries()) {
    if (caption.length === 0) {
      throw new AppError('argument_invalid', `caption ${index} has no words`, {
        hint: 'a caption has at least <start> and <end>',
      });
    }
    const stray = caption.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
    if (stray === undefined) continue;
    throw new AppError(
      'argument_invalid',
      `caption ${index} has word id ${stray}, the vocabulary ${vocabularySize} words`,
      { hint: 'the captions were made with another vocabulary than the model' },
    );
  }
}
