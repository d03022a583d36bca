import type { Split } from '../../data/split.ts';

/** What a person calls the images and captions of a split. */
export interface SplitNames {
  /** The sentence, or its word ids where the folder has no sentences. */
  caption(index: number): string;
  /** The picture's file name or address, or its number where the folder names none. */
  image(index: number): string;
  /** What the picture shows: its first caption; its name where it has none. */
  shows(index: number): string;
  /** What the folder lacks, for the reader. */
  readonly notes: readonly string[];
}

export function splitNames(
  split: Pick<Split, 'split' | 'captionTexts' | 'captionIds' | 'captionsOf' | 'imageNames'>,
): SplitNames {
  const { captionTexts, captionIds, imageNames } = split;
  const caption = (index: number): string =>
    captionTexts?.[index] ?? `word ids ${(captionIds[index] ?? []).slice(1, -1).join(' ')}`;
  const image = (index: number): string => imageNames?.[index] ?? `image ${index}`;
  return {
    caption,
    image,
    shows: (index) => {
      const [first] = split.captionsOf(index);
      return first === undefined ? image(index) : caption(first);
    },
    notes: [
      ...(captionTexts === undefined
        ? [`Captions are shown as word ids: the data folder has no ${split.split}_caps.txt.`]
        : []),
      ...(imageNames === undefined
        ? [`Pictures are not shown: the data folder has no ${split.split}_images.txt.`]
        : []),
    ],
  };
}
