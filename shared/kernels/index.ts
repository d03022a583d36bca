export { createKernelEngines, type KernelEngines } from './kernel-engines.ts';
export { fetchKernels, type KernelFile, type KernelModules, loadKernels } from './load-kernels.ts';
