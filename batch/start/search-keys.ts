import { randomBytes } from 'node:crypto';
import { AppError, toAppError } from '../../shared/errors/index.ts';
import { narrowedFilter } from '../../shared/filter/narrowed-filter.ts';
import { parseFilter } from '../../shared/filter/parse-filter.ts';
import { writeKeys } from '../../shared/keys/key-record.ts';
import { identifyKey } from '../../shared/keys/search-key.ts';
import type { IndexFields } from '../../shared/schema/index.ts';
import { readKeysFile } from '../keys/keys-file.ts';
import type { StartOptions } from './start-options.ts';

/** Bytes of keys that fit into a variable of a process; more belong into a KV namespace. */
const MOST_BYTES = 100_000;

/** The keys that callers need. */
export interface SearchKeys {
  /** For the edge worker. */
  readonly variables: Readonly<Record<string, string>>;
  /** @throws AppError `config_invalid` for a key whose filter does not fit the index. */
  assertFit(fields: IndexFields | undefined): void;
}

/**
 * The keys of `--keys`; undefined without. Addresses of images are signed anew with each start.
 *
 * @throws AppError of `readKeysFile`; `config_invalid` for a page key without keys, or that is not one of them.
 */
export async function searchKeys({
  keys: file,
  pageKey,
}: Pick<StartOptions, 'keys' | 'pageKey'>): Promise<SearchKeys | undefined> {
  if (file === undefined) {
    if (pageKey === undefined) return undefined;
    throw new AppError('config_invalid', '--page-key is one of the keys of --keys, which is missing');
  }
  const keys = await readKeysFile(file);
  const content = writeKeys(keys);
  if (content.length > MOST_BYTES) {
    throw new AppError('config_invalid', `${file} has more than ${MOST_BYTES} characters`, {
      hint: 'for that many keys deploy the edge worker with a KV namespace (docs/keys.md)',
    });
  }
  if (pageKey !== undefined) {
    const { hash } = await identifyKey(pageKey);
    if (keys.find((record) => record.hash === hash)?.kind !== 'publishable') {
      throw new AppError('config_invalid', `--page-key is no publishable key of ${file}`, {
        hint: 'everyone who opens the page can read it, so it cannot be a secret key',
      });
    }
  }
  return {
    variables: {
      SEARCH_KEYS: content,
      IMAGE_SECRET: randomBytes(32).toString('base64url'),
      ...(pageKey === undefined ? {} : { PAGE_KEY: pageKey }),
    },
    assertFit: (fields) => {
      for (const { id, name, filter } of keys) {
        if (filter === undefined) continue;
        try {
          narrowedFilter({ within: parseFilter(filter), visible: 'public' }, fields);
        } catch (thrown) {
          const { message, cause } = toAppError(thrown);
          throw new AppError('config_invalid', `${file}: key ${id} (${name}): ${message}`, {
            hint: 'declare the field (docs/data-folder.md#fields), or replace the key',
            cause,
          });
        }
      }
    },
  };
}
