import { join } from 'node:path';

/** The built-in model folder: trained on the gallery by `npm run train:gallery`. */
export function galleryModelFolder(): string {
  return join(import.meta.dirname, 'model');
}
