export { matchKernelSource } from './compile-kernel.ts';
export { type NodeKernelOptions, nodeKernelRuntime } from './node-runtime.ts';
