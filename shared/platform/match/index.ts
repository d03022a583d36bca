export { type NodeKernelOptions, nodeKernelRuntime } from './node-runtime.ts';
