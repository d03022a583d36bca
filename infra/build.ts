/**
 * Builds everything that runs built, into `.build/`: all kernels, the edge worker with the pages' scripts, and the search
 * client. An installed package contains it.
 */
import { buildEdge } from './build-edge.ts';
import { buildKernels } from './build-kernels.ts';
import { buildNodeKernels } from './build-node-kernels.ts';
import { buildSearchClient } from './build-search-client.ts';

await buildNodeKernels();
await buildKernels();
await buildEdge();
await buildSearchClient();
