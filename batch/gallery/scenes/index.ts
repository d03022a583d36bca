export { drawImage, drawParts, type GalleryImage } from './gallery-image.ts';
export type { TwinKind } from './story/event.ts';
export { drawTwins, type TwinImages } from './twins.ts';
