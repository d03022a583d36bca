import type { Split } from '../../data/split.ts';

/** Names of the images and captions of a split for readers. */
export interface SplitNames {
  /** The sentence, or its word ids if the folder has no sentences. */
  caption(index: number): string;
  /** The image's file name or address, or its number if the folder has no names. */
  image(index: number): string;
  /** A description of the image: its first caption, or its name if it has none. */
  shows(index: number): string;
  /** What is missing in the folder, for the reader. */
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
        ? [`Images are not shown: the data folder has no ${split.split}_images.txt.`]
        : []),
    ],
  };
}
