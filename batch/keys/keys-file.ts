import { AppError } from '../../shared/errors/index.ts';
import { type KeyRecord, readKeys, writeKeys } from '../../shared/keys/key-record.ts';
import { readJsonFile, writeFileAtomic } from '../../shared/platform/atomic-file.ts';

/** The keys of a file. @throws AppError `file_missing`, `file_unreadable`, `format_invalid`, `config_invalid`. */
export async function readKeysFile(path: string): Promise<KeyRecord[]> {
  const value = await readJsonFile(path);
  if (value !== undefined) return readKeys(value, path);
  throw new AppError('file_missing', `there is no ${path}`, {
    hint: `\`gsmn keys create --file ${path} --name NAME\` makes the first key`,
  });
}

/** The keys of a file that may be missing. Throws as `readKeysFile`. */
export async function readAnyKeysFile(path: string): Promise<KeyRecord[]> {
  const value = await readJsonFile(path);
  return value === undefined ? [] : readKeys(value, path);
}

/** Writes keys, for the eyes of this user only: hashes are no keys, but names and filters tell about customers. */
export async function writeKeysFile(path: string, keys: readonly KeyRecord[]): Promise<void> {
  // What could not be read again is not written.
  readKeys({ format: 'gsmn-search-keys', version: 1, keys }, path);
  await writeFileAtomic(path, writeKeys(keys), { mode: 0o600 });
}
