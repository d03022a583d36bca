/** TF.js backends of Node; TF.js and this project call them by the same names. */
export type TfjsBackendName = 'wasm' | 'tensorflow' | 'webgpu';

/** Imported on demand, so that code which needs none of them does not wait for TF.js. */
const LOADERS: Record<TfjsBackendName, () => Promise<void>> = {
  wasm: async () => (await import('./wasm.ts')).loadWasm(),
  tensorflow: async () => (await import('./tensorflow.ts')).loadTensorflow(),
  webgpu: async () => (await import('./webgpu.ts')).loadWebgpu(),
};

const loading = new Map<TfjsBackendName, Promise<void>>();

/**
 * Prepares a TF.js backend for `createTfjsEncoder` and `createTfjsMatcher`; a second call waits for the first.
 * @returns TF.js's name for it
 * @throws AppError `backend_unavailable` if this machine lacks what it needs; another backend is never used instead
 */
export async function loadTfjsBackend(name: TfjsBackendName): Promise<TfjsBackendName> {
  const started = loading.get(name) ?? LOADERS[name]();
  loading.set(name, started);
  try {
    await started;
  } catch (thrown) {
    loading.delete(name);
    throw thrown;
  }
  return name;
}
