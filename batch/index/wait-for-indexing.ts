import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../shared/errors/index.ts';
import type { WorkOptions } from '../../shared/model/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import { type CollectionState, collectionStates, describeState } from './collection-states.ts';

export interface WaitOptions extends WorkOptions {
  /** Time between two looks, in milliseconds; a second by default. */
  readonly pauseMs?: number | undefined;
  /** How long to wait in all, in milliseconds; half an hour by default. */
  readonly limitMs?: number | undefined;
}

/**
 * Waits until the database has indexed the collections of a generation (they are green). Until then searches are slow, or less exact. A
 * grey collection, which was left when the server was stopped, is woken. Progress counts points.
 *
 * @throws AppError `timeout`, `recall_unavailable` for a red collection, `cancelled`.
 */
export async function waitForIndexing(
  store: QdrantStore,
  manifest: GenerationManifest,
  { signal, onProgress, pauseMs = 1000, limitMs = 30 * 60_000 }: WaitOptions = {},
): Promise<void> {
  const until = performance.now() + limitMs;
  for (;;) {
    const states = await collectionStates(store, manifest, { exact: false, signal });
    const total = states.reduce((sum, { expected }) => sum + expected, 0);
    onProgress?.(
      states.reduce((sum, state) => sum + indexedOf(state), 0),
      total,
    );
    const waited = states.filter(({ status }) => status !== 'green');
    if (waited.length === 0) return;
    const said = waited.map((state) => `${state.collection}: ${describeState(state)}`).join('; ');
    if (waited.some(({ status }) => status === 'red' || status === 'absent')) {
      throw new AppError('recall_unavailable', `Qdrant could not index ${said}`, {
        hint: "Qdrant's log tells why; when that is fixed, run `gsmn index build` again.",
      });
    }
    if (performance.now() >= until) {
      throw new AppError(
        'timeout',
        `Qdrant was still indexing after ${Math.round(limitMs / 60_000)} minutes (${said})`,
        { hint: 'Nothing is lost: run the same command again, and it continues to wait.' },
      );
    }
    for (const { collection, status } of waited) if (status === 'grey') await wake(store, collection, signal);
    await sleep(pauseMs, undefined, { signal }).catch((cause: unknown) => {
      throw new AppError('cancelled', 'waiting for Qdrant was cancelled', { cause });
    });
  }
}

/** A large collection is searched by an index over parts of it, so the number of indexed points never reaches all. */
function indexedOf({ status, expected, indexed }: CollectionState): number {
  return status === 'green' ? expected : Math.min(indexed, expected);
}

/** Qdrant responds when the optimisers that run already are done, which may take longer than a call. */
async function wake(store: QdrantStore, collection: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await store.wakeCollection(collection, { signal });
  } catch (thrown) {
    if (!(thrown instanceof AppError && thrown.code === 'timeout')) throw thrown;
  }
}
