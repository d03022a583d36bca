export { type TrainGalleryOptions, trainGallery } from './train-gallery.ts';
