import { open } from 'node:fs/promises';
import { AppError, type ErrorCode } from '../errors/index.ts';
import { assertRange, type ByteSource } from '../formats/byte-source.ts';
import { fileReason } from './file-reason.ts';

function fileError(path: string, thrown: unknown): AppError {
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  const known: Record<string, [ErrorCode, string]> = {
    ENOENT: ['file_missing', `there is no file ${path}`],
    EISDIR: ['file_unreadable', `${path} is a folder, expected a file`],
  };
  const [kind, message] = known[code] ?? ['file_unreadable', `${path} cannot be read: ${fileReason(thrown)}`];
  return new AppError(kind, message, { cause: thrown });
}

/** Opens a file for reading in ranges. The caller closes it. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const handle = await open(path, 'r').catch((thrown: unknown) => {
    throw fileError(path, thrown);
  });
  const { size } = await handle.stat();
  return {
    name: path,
    size,
    read: async (offset, length) => {
      assertRange(path, size, offset, length);
      const bytes = new Uint8Array(length);
      for (let filled = 0; filled < length; ) {
        const { bytesRead } = await handle
          .read(bytes, filled, Math.min(length - filled, 1 << 30), offset + filled)
          .catch((thrown: unknown) => {
            throw fileError(path, thrown);
          });
        if (bytesRead === 0) assertRange(path, offset + filled, offset, length);
        filled += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Opens, uses and closes a file. */
export async function withFileSource<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = await openFileSource(path);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}
