import { join } from 'node:path';

/** The model folder that ships with the project: trained on the gallery by `npm run train:gallery`. */
export function galleryModelFolder(): string {
  return join(import.meta.dirname, 'model');
}
