import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { createQdrantLocal, type QdrantLocal } from '../../workers/qdrant-local/index.ts';
import { askLocal, temporaryFolder } from './qdrant-server.ts';

/** A qdrant-local for each test, with small limits and the collection `c` of three dimensions. */
export function smallStore() {
  let folder: ReturnType<typeof temporaryFolder>;
  let local: QdrantLocal;
  const ask = (method: string, at: string, body?: unknown) => askLocal(local, method, at, body);
  const store = {
    /** Its folder, which is deleted after the test. */
    get folder() {
      return folder.path;
    },
    get path() {
      return join(folder.path, 'store.sqlite');
    },
    get app() {
      return local.app;
    },
    /** Opens the file again. */
    open: async (): Promise<void> => {
      local = await createQdrantLocal({ path: store.path });
    },
    close: () => local.close(),
    ask,
    count: async () => (await ask('POST', '/collections/c/points/count', {})).result,
    upsert: (...points: unknown[]) => ask('PUT', '/collections/c/points?wait=true', { points }),
  };
  beforeEach(async () => {
    folder = temporaryFolder();
    local = await createQdrantLocal({ path: store.path, maxBodyBytes: 20_000, maxLimit: 100, maxPoints: 5 });
    await ask('PUT', '/collections/c', { vectors: { size: 3, distance: 'Dot' } });
  });
  afterEach(() => {
    local.close();
    folder.remove();
  });
  return store;
}
