export { encodeKernelSource, loadEncodeKernel } from './compile-kernel.ts';
export { createThreadedEncoder } from './encode-threads.ts';
