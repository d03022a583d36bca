export { drawPicture, type GalleryPicture } from './picture.ts';
export type { TwinKind } from './story/event.ts';
export { drawTwins, type TwinPictures } from './twins.ts';
