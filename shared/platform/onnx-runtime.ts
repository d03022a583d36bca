import { AppError } from '../errors/index.ts';

/**
 * ONNX Runtime, loaded when it is needed: it is large, and it does not run on every system.
 *
 * @throws AppError `backend_unavailable`.
 */
export function loadOnnxRuntime(): Promise<typeof import('onnxruntime-node')> {
  return import('onnxruntime-node').catch((thrown: unknown) => {
    throw new AppError('backend_unavailable', `ONNX Runtime does not start: ${String(thrown)}`, {
      hint: 'it runs on Linux with glibc and on Windows, x64 and arm64, and on macOS with Apple silicon',
      cause: thrown,
    });
  });
}
