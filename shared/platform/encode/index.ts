export { encodeKernelSource, loadEncodeKernel } from './compile-kernel.ts';
