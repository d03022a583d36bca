import { join } from 'node:path';
import { toAppError } from '../../../shared/errors/index.ts';
import { compileAssembly } from '../../../shared/platform/assembly/index.ts';

/** Exports of `assembly/scan.ts`; addresses are bytes of the instance's memory. */
export interface ScanKernel {
  readonly memory: WebAssembly.Memory;
  scan(rows: number, n: number, d: number, query: number, out: number): void;
  dot(row: number, d: number, query: number): number;
  squaredDistance(row: number, d: number, query: number): number;
  absoluteDistance(row: number, d: number, query: number): number;
}

let loading: Promise<WebAssembly.Module> | undefined;

/** The compiled kernel; built by the first call if no build for the current source exists. */
export function loadScanKernel(): Promise<WebAssembly.Module> {
  loading ??= compileAssembly({
    folder: { path: join(import.meta.dirname, 'assembly') },
    entry: 'scan.ts',
    target: 'qdrant-local/scan',
    flags: ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
  }).catch((thrown: unknown) => {
    loading = undefined;
    throw toAppError(thrown, 'backend_unavailable', 'the vector kernel of qdrant-local');
  });
  return loading;
}

/** An instance with its own memory. */
export function instantiateKernel(module: WebAssembly.Module): ScanKernel {
  return new WebAssembly.Instance(module).exports as unknown as ScanKernel;
}
