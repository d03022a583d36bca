import type { ByteSource } from '../formats/byte-source.ts';

/** Where a generation's files are: a folder, later an object store. */
export interface GenerationFiles {
  /** The name of the place in messages. */
  readonly name: string;
  /**
   * Opens a file by its path inside the generation, with `/` between folders. The caller closes it.
   *
   * @throws AppError `file_missing`, `file_unreadable`.
   */
  open(path: string): Promise<ByteSource>;
}

/** Opens a file, uses it and closes it. */
export async function withFile<T>(
  files: GenerationFiles,
  path: string,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const source = await files.open(path);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** All bytes of one file. */
export function readWhole(files: GenerationFiles, path: string): Promise<Uint8Array> {
  return withFile(files, path, (source) => source.read(0, source.size));
}

/** The files of a subfolder. */
export function within(files: GenerationFiles, folder: string): GenerationFiles {
  return { name: `${files.name}/${folder}`, open: (path) => files.open(`${folder}/${path}`) };
}
