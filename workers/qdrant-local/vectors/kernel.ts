import { join } from 'node:path';
import { type AssemblySource, loadAssembly } from '../../../shared/platform/assembly/index.ts';

/** Exports of `assembly/scan.ts`; addresses are bytes of the instance's memory. */
export interface ScanKernel {
  readonly memory: WebAssembly.Memory;
  scan(rows: number, n: number, d: number, query: number, out: number): void;
  dot(row: number, d: number, query: number): number;
  squaredDistance(row: number, d: number, query: number): number;
  absoluteDistance(row: number, d: number, query: number): number;
}

/** What the kernel is compiled from. */
export const SCAN_SOURCE: AssemblySource = {
  folder: { path: join(import.meta.dirname, 'assembly') },
  entry: 'scan.ts',
  target: 'qdrant-local/scan',
  flags: ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
};

/** The compiled kernel. @throws AppError `backend_unavailable` */
export function loadScanKernel(): Promise<WebAssembly.Module> {
  return loadAssembly(SCAN_SOURCE, 'the vector kernel of qdrant-local');
}

/** An instance with its own memory. */
export function instantiateKernel(module: WebAssembly.Module): ScanKernel {
  return new WebAssembly.Instance(module).exports as unknown as ScanKernel;
}
