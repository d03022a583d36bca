import { AppError, type ErrorCode } from '../../errors/index.ts';

const SCOPES: readonly (readonly [GPUErrorFilter, ErrorCode])[] = [
  ['validation', 'internal'],
  ['internal', 'internal'],
  ['out-of-memory', 'memory_exhausted'],
];

/**
 * Sends work to the GPU and waits for its result and for the device to report errors.
 * @param what names the work in messages
 * @throws AppError `memory_exhausted` where the device has no memory left, `internal` for what it refuses
 */
export async function guarded<T>(device: GPUDevice, what: string, work: () => T | Promise<T>): Promise<T> {
  for (const [filter] of SCOPES) device.pushErrorScope(filter);
  let result: T | Promise<T>;
  let errors: Promise<(GPUError | null)[]>;
  try {
    result = work();
    // If the device refuses the work, its reason is thrown, not that the result is missing.
    if (result instanceof Promise) result.catch(() => {});
  } finally {
    errors = Promise.all(SCOPES.map(() => device.popErrorScope()));
  }
  for (const [index, error] of (await errors).toReversed().entries()) {
    if (error === null) continue;
    const code = SCOPES[index]?.[1] ?? 'internal';
    throw new AppError(code, `${what}: ${error.message.trim()}`, {
      ...(code === 'memory_exhausted' && {
        hint: 'prepare fewer images at once, or store them as float16 (precision "f16")',
      }),
      cause: error,
    });
  }
  return result;
}

/** What was thrown, as text. */
export function text(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
