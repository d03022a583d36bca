export { evaluateGallery, type GalleryEvaluation } from './evaluate-gallery.ts';
export { galleryJson, galleryTable } from './gallery-table.ts';
