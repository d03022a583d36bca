/** Why a file system refused something, in words that name what to change. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EFBIG: 'files may not grow that large',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
};

/** The reason for an error of `node:fs`; its code or its text where nothing better is known. */
export function fileReason(thrown: unknown): string {
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  return REASONS[code] ?? (code || String(thrown));
}

/** Whether an error means that this user is not allowed to do it; space and disk have nothing to do with it. */
export function isDenied(thrown: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes((thrown as NodeJS.ErrnoException).code ?? '');
}
