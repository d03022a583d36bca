import type { QdrantStore } from './types.ts';

/** Makes a call of the store, perhaps later, more than once, or of another store. */
type RunCall = <T>(call: (store: QdrantStore) => Promise<T>) => Promise<T>;

/** A store whose every call goes through `run`. */
export function storeThrough(run: RunCall): QdrantStore {
  return {
    recall: (...given) => run((store) => store.recall(...given)),
    listCollections: (...given) => run((store) => store.listCollections(...given)),
    collectionInfo: (...given) => run((store) => store.collectionInfo(...given)),
    ensureCollection: (...given) => run((store) => store.ensureCollection(...given)),
    ensurePayloadIndex: (...given) => run((store) => store.ensurePayloadIndex(...given)),
    wakeCollection: (...given) => run((store) => store.wakeCollection(...given)),
    deleteCollection: (...given) => run((store) => store.deleteCollection(...given)),
    upsert: (...given) => run((store) => store.upsert(...given)),
    deletePoints: (...given) => run((store) => store.deletePoints(...given)),
    count: (...given) => run((store) => store.count(...given)),
    retrieve: (...given) => run((store) => store.retrieve(...given)),
    listOrdered: (...given) => run((store) => store.listOrdered(...given)),
    listIds: (...given) => run((store) => store.listIds(...given)),
  };
}
