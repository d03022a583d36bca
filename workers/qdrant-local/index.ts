export { createQdrantLocal, type QdrantLocal, type QdrantLocalOptions } from './qdrant-local.ts';
export { type RunningQdrantLocal, type StartOptions, startQdrantLocal } from './server.ts';
export { buildScanKernel } from './vectors/kernel.ts';
