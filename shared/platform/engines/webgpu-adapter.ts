import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { AppError } from '../../errors/index.ts';

const HINT = 'WebGPU in Node needs a GPU with a Vulkan driver; choose another backend';
const PROBE_TIMEOUT_MS = 15_000;

/** Prints what Dawn reports about its adapter, `null` if there is none. */
const PROBE = `
  const { create } = await import(process.argv[1]);
  const adapter = await create([]).requestAdapter();
  const { description, isFallbackAdapter } = adapter?.info ?? {};
  process.stdout.write('\\n' + JSON.stringify(adapter && { description, software: isFallbackAdapter === true }));
  process.exit(0);
`;

const adapterSchema = z.object({ description: z.string(), software: z.boolean() }).nullable();

/**
 * Makes sure that WebGPU would run on a graphics card. A separate process asks Dawn: a driver that crashes then affects
 * nothing else, and what drivers print stays out of our output.
 *
 * @throws AppError `backend_unavailable` without an adapter, or when it is a software driver: slower than WebAssembly.
 */
export async function assertHardwareAdapter(): Promise<void> {
  const adapter = await probe();
  if (adapter === null) throw unavailable('Dawn finds no adapter');
  if (adapter.software) throw unavailable(`its adapter "${adapter.description}" is a software driver`);
}

async function probe(): Promise<z.output<typeof adapterSchema>> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', PROBE, import.meta.resolve('webgpu')],
      { timeout: PROBE_TIMEOUT_MS },
    );
    return adapterSchema.parse(JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))));
  } catch (thrown) {
    throw unavailable('Dawn does not start', thrown);
  }
}

function unavailable(why: string, cause?: unknown): AppError {
  return new AppError('backend_unavailable', `the backend "webgpu" is not available: ${why}`, {
    hint: HINT,
    cause,
  });
}
