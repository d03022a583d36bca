import { join } from 'node:path';
import { type ActiveGeneration, parseActive } from '../../../shared/generation/active-generation.ts';
import type { GenerationFiles } from '../../../shared/generation/generation-files.ts';
import { readJsonFile } from '../../../shared/platform/atomic-file.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';

/** The source of generations. */
export interface IndexSource {
  readonly name: string;
  /** The active generation; undefined if none was activated. */
  active(): Promise<ActiveGeneration | undefined>;
  files(id: string): GenerationFiles;
}

/** An index folder: `active.json` and `generations/<id>/`. */
export function folderIndex(folder: string): IndexSource {
  return {
    name: folder,
    active: async () => {
      const path = join(folder, 'active.json');
      const value = await readJsonFile(path);
      return value === undefined ? undefined : parseActive(value, path);
    },
    files: (id) => folderFiles(join(folder, 'generations', id)),
  };
}
