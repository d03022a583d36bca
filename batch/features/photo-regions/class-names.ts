import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_FOLDER } from './model-file.ts';

/** English names of the classes of ImageNet, in the order of `PhotoDescription.classes`. */
export async function readClassNames(): Promise<string[]> {
  return (await readFile(join(MODEL_FOLDER, 'class-names.txt'), 'utf8')).trim().split('\n');
}
