import { AppError } from '../../errors/index.ts';
import type { PairScores } from '../../model/index.ts';

/** Those of `indices`, or all. */
export function selectRecords<T>(
  records: readonly T[],
  indices: ArrayLike<number> | undefined,
): readonly T[] {
  if (indices === undefined) return records;
  return Array.from(indices, (index) => {
    const record = records[index];
    if (record !== undefined) return record;
    throw new AppError('argument_invalid', `there is no image ${index} among the ${records.length} prepared`);
  });
}

/** `[images, captions]` of 0. */
export function emptyScores(images: number, captions: number): PairScores {
  const size = images * captions;
  return { images, captions, imageToText: new Float32Array(size), textToImage: new Float32Array(size) };
}
