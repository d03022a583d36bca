import { join } from 'node:path';
import { MODEL_FILES } from '../../shared/generation/index.ts';
import { decodeTensors, encodeTensors } from '../../shared/generation/tensors.ts';
import { readJsonFile, writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import type { StoredRecallEncoder } from '../../shared/retrieval/index.ts';

/** Reads a recall encoder on its own, from `coarse.json` and `coarse.safetensors`. @throws AppError of the readers. */
export async function readStoredRecall(folder: string): Promise<StoredRecallEncoder> {
  const tensors = await withFileSource(join(folder, MODEL_FILES.coarseTensors), decodeTensors);
  return { config: await readJsonFile(join(folder, MODEL_FILES.coarse)), tensors };
}

/** Writes a recall encoder on its own; the folder exists. @throws AppError `file_unwritable`. */
export async function writeStoredRecall(
  folder: string,
  { config, tensors }: StoredRecallEncoder,
): Promise<void> {
  await writeFileAtomic(join(folder, MODEL_FILES.coarseTensors), encodeTensors(tensors));
  const json = `${JSON.stringify(config, undefined, 1)}\n`;
  await writeFileAtomic(join(folder, MODEL_FILES.coarse), new TextEncoder().encode(json));
}
