import { basename } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { canonicalJson, sha256Hex, sha256OfSource } from '../../shared/generation/index.ts';
import type { WorkOptions } from '../../shared/model/index.ts';
import { openFileSource } from '../../shared/platform/file-source.ts';
import type { BoxFormat } from './box-format.ts';
import { SPLIT_FILES, splitFile } from './split-files.ts';

/**
 * SHA-256 over the contents of a split's files: equal data has an equal fingerprint, wherever it is. Missing files
 * count as missing. Equal boxes in two formats are different data. Progress counts bytes.
 *
 * @throws AppError `file_unreadable`, `cancelled`.
 */
export async function fingerprintSplit(
  folder: string,
  split: string,
  {
    signal,
    onProgress,
    boxFormat = 'xyxy',
  }: WorkOptions & { readonly boxFormat?: BoxFormat | undefined } = {},
): Promise<string> {
  // Only if it is not the published one, so that data keeps its fingerprint.
  const sums: Record<string, string> = boxFormat === 'xyxy' ? {} : { boxFormat };
  let before = 0;
  for (const kind of Object.keys(SPLIT_FILES) as (keyof typeof SPLIT_FILES)[]) {
    const path = splitFile(folder, split, kind);
    const source = await openFileSource(path).catch((thrown: unknown) => {
      if (thrown instanceof AppError && thrown.code === 'file_missing') return undefined;
      throw thrown;
    });
    if (source === undefined) continue;
    try {
      const start = before;
      sums[basename(path).slice(split.length)] = await sha256OfSource(source, {
        signal,
        onProgress: (done) => onProgress?.(start + done, start + source.size),
      });
      before += source.size;
    } finally {
      await source.close();
    }
  }
  return sha256Hex([canonicalJson(sums)]);
}

/** SHA-256 of one file. */
export async function fingerprintFile(path: string, options: WorkOptions = {}): Promise<string> {
  const source = await openFileSource(path);
  try {
    return await sha256OfSource(source, options);
  } finally {
    await source.close();
  }
}
