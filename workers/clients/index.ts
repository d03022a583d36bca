export type { CallOptions, CallPolicyOptions } from './call/call-policy.ts';
export {
  type Browse,
  type BrowseOrder,
  type Place,
  qdrantBrowse,
} from './qdrant/qdrant-browse.ts';
export { qdrantFields } from './qdrant/qdrant-fields.ts';
export { fieldKey } from './qdrant/qdrant-filter.ts';
export { qdrantPayloads, qdrantRecall, qdrantVectors } from './qdrant/qdrant-ports.ts';
export { createQdrantStore, type QdrantStoreOptions } from './qdrant/qdrant-store.ts';
export { storeThrough } from './qdrant/store-through.ts';
export type {
  CollectionInfo,
  CollectionStatus,
  Point,
  PointId,
  QdrantFilter,
  QdrantStore,
  RecalledPoint,
  StoredPoint,
} from './qdrant/types.ts';
export { createRerankClient, type RerankClient, type RerankClientOptions } from './rerank/rerank-client.ts';
