export type { Phrase } from './caption-phrases.ts';
export { type ImagePhrases, imagePhrases, phraseText } from './image-phrases.ts';
export { captionsAlone, type EpochTexts, openShortQueries, type ShortQueries } from './short-queries.ts';
