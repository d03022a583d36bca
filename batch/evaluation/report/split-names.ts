import { CAPTIONS_PER_IMAGE } from '../../../shared/retrieval/index.ts';
import type { Split } from '../../data/split.ts';

/** What a person calls the images and captions of a split. */
export interface SplitNames {
  /** The sentence, or its word ids where the folder has no sentences. */
  caption(index: number): string;
  /** The picture's file name or address, or its number where the folder names none. */
  image(index: number): string;
  /** What the picture shows: its first caption. */
  shows(index: number): string;
  /** What the folder lacks, for the reader. */
  readonly notes: readonly string[];
}

export function splitNames(
  split: Pick<Split, 'split' | 'captionTexts' | 'captionIds' | 'imageNames'>,
): SplitNames {
  const { captionTexts, captionIds, imageNames } = split;
  const caption = (index: number): string =>
    captionTexts?.[index] ?? `word ids ${(captionIds[index] ?? []).slice(1, -1).join(' ')}`;
  return {
    caption,
    image: (index) => imageNames?.[index] ?? `image ${index}`,
    shows: (index) => caption(index * CAPTIONS_PER_IMAGE),
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
