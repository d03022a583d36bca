import { join } from 'node:path';
import type { GenerationFiles } from '../generation/index.ts';
import { openFileSource } from './file-source.ts';

/** The files of a folder. */
export function folderFiles(folder: string): GenerationFiles {
  return { name: folder, open: (path) => openFileSource(join(folder, path)) };
}
