export { type ActiveGeneration, parseActive } from './active-generation.ts';
export { canonicalJson } from './canonical-json.ts';
export { type Crc32c, loadCrc32c, sha256Hex, sha256OfSource } from './checksum.ts';
export { comparesParses } from './compares-parses.ts';
export { featuresName, sameFeatures } from './feature-names.ts';
export { type GenerationFiles, withFile, within } from './generation-files.ts';
export { type ImageGraphReader, openImageGraphs } from './image-graphs.ts';
export {
  GENERATION_PATHS,
  manifestBytes,
  manifestSumFile,
  readManifest,
  readStoredManifest,
  type StoredManifest,
  verifyFiles,
} from './manifest.ts';
export {
  assertModelOf,
  createModel,
  type Fingerprints,
  type Model,
  modelFiles,
  readModel,
} from './model-folder.ts';
export { MODEL_FILES } from './model-paths.ts';
export { type NodeDtype, type NodeStoreLayout, nodeStoreLayout } from './node-store-layout.ts';
export { NodeStoreReader } from './node-store-reader.ts';
export { encodeNodeStoreChunk, encodeNodeStoreHeader, type FilePiece } from './node-store-writer.ts';
