import { AppError } from '../../errors/index.ts';

/**
 * Refuses weights with NaN or infinite numbers.
 *
 * @param file the name of the file in messages.
 * @param name the tensor's name.
 * @throws AppError `format_invalid` with file, tensor and the position of the first one.
 */
export function assertFinite(
  file: string,
  name: string,
  { shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
): void {
  let [count, first] = [0, -1];
  for (let index = 0; index < data.length; index++) {
    if (Number.isFinite(data[index])) continue;
    if (count === 0) first = index;
    count++;
  }
  if (count === 0) return;
  throw new AppError(
    'format_invalid',
    `${file}: tensor "${name}" holds ${data[first]} at [${position(first, shape).join(', ')}], and ${count.toLocaleString('en')} of its ${data.length.toLocaleString('en')} numbers are not finite`,
    {
      hint: 'the training diverged, or the file is damaged: use an earlier checkpoint, or copy the file again',
    },
  );
}

/** The index along each axis of an element of a row-major array. */
function position(element: number, shape: readonly number[]): number[] {
  let rest = element;
  return shape
    .toReversed()
    .map((extent) => {
      const index = rest % extent;
      rest = Math.floor(rest / extent);
      return index;
    })
    .toReversed();
}
