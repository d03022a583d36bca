import { join } from 'node:path';

/** The built-in model for photographs: trained by `npm run train:photos`. */
export const PHOTO_MODEL_FOLDER = join(import.meta.dirname, 'model');
