export { createQdrantLocal, type QdrantLocal } from './qdrant-local.ts';
export { type RunningQdrantLocal, type StartOptions, startQdrantLocal } from './server.ts';
