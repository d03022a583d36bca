export { type GalleryOptions, type MadeSplit, makeGallery } from './make-gallery.ts';
export { GALLERY_SPLITS, type GallerySplit } from './plan.ts';
