import { join } from 'node:path';

/** The built-in model folder for photographs. */
export function photoModelFolder(): string {
  return join(import.meta.dirname, 'model');
}
