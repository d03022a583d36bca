import { randomUUID } from 'node:crypto';
import { AppError } from '../../shared/errors/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';

/**
 * Finds out before any work is done whether the vector database can be reached, takes the key, and lets it write. Deleting a collection
 * that does not exist needs the same right as making one, and changes nothing.
 *
 * @throws AppError `recall_unavailable`, `timeout`, `unauthorized`.
 */
export async function probeStore(
  store: QdrantStore,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await store.listCollections(options);
  try {
    await store.deleteCollection(`gsmn-probe-${randomUUID()}`, options);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    if (thrown.code === 'not_found') return;
    if (thrown.code !== 'unauthorized') throw thrown;
    throw new AppError('unauthorized', `the key may read but not write: ${thrown.message}`, {
      hint: 'QDRANT_API_KEY: a build makes collections and writes points; a read-only key suffices for searching alone.',
      cause: thrown,
    });
  }
}
