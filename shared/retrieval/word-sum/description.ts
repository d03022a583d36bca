import { AppError } from '../../errors/index.ts';
import { type DescriptionPart, describedSize, type WordSumConfig } from './stored-word-sum.ts';

/**
 * Reads the parts of an image's description, one after the other.
 *
 * @param whole `[W]`.
 * @throws AppError `shape_mismatch` for a description of another size, or without one.
 */
export function readDescription(
  { size, parts }: WordSumConfig['image'],
  whole: Float32Array | undefined,
): Float64Array {
  if (whole?.length !== size) {
    throw new AppError(
      'shape_mismatch',
      `recall encoder: the description of an image has ${whole?.length ?? 'no'} numbers, expected ${size}`,
      { hint: 'describe the images by the network that the recall encoder was fitted for' },
    );
  }
  const out = new Float64Array(describedSize(parts));
  let at = 0;
  for (const part of parts) {
    out.set(readPart(part, whole.subarray(part.from, part.to)), at);
    at += part.to - part.from;
  }
  return out;
}

function readPart(part: DescriptionPart, numbers: Float32Array): Float64Array {
  if (part.read === 'plain') return Float64Array.from(numbers);
  const roots = Float64Array.from(numbers, (value) => Math.sqrt(Math.max(value, 0)));
  if (part.read === 'roots') return roots;
  const least = Float64Array.from(roots).sort().at(-part.count) ?? 0;
  let sum = 0;
  for (const [index, root] of roots.entries()) {
    if (root < least) roots[index] = 0;
    else sum += root;
  }
  return sum > 0 ? roots.map((root) => root / sum) : roots;
}
