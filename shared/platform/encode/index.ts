export { loadEncodeKernel } from './compile-kernel.ts';
