/** TF.js backends of Node; TF.js and this project call them by the same names. */
export type TfjsBackendName = 'wasm' | 'tensorflow' | 'webgpu';

/** Imported when they are wanted, so that whoever wants none of them does not wait for TF.js. */
const LOADERS: Record<TfjsBackendName, () => Promise<void>> = {
  wasm: async () => (await import('./wasm.ts')).loadWasm(),
  tensorflow: async () => (await import('./tensorflow.ts')).loadTensorflow(),
  webgpu: async () => (await import('./webgpu.ts')).loadWebgpu(),
};

const loading = new Map<TfjsBackendName, Promise<void>>();

/**
 * Makes a TF.js backend ready for `createTfjsEncoder` and `createTfjsMatcher`; a second call waits for the first.
 * @returns the name under which TF.js knows it
 * @throws AppError `backend_unavailable` when this machine has not what it takes; never another backend instead
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
