export { type GalleryOptions, type MadeSplit, makeGallery } from './make-gallery.ts';
export { GALLERY_SPLITS, type GallerySplit, MOST_PICTURES, MOST_SEED } from './plan.ts';
