import { AppError } from '../../errors/index.ts';
import { type DeviceOptions, type MatchDevice, openDevice } from '../../match/webgpu/index.ts';

/**
 * A Dawn device in Node, for one matcher, which destroys it. Software adapters are accepted.
 * @throws AppError `backend_unavailable`
 */
export async function nodeMatchDevice(options?: DeviceOptions): Promise<MatchDevice> {
  instance ??= startDawn().catch((thrown: unknown) => {
    instance = undefined;
    throw thrown;
  });
  return openDevice(await instance, options);
}

/** Dawn is kept forever: the process ends if it is collected before what was made with it. */
let instance: Promise<GPU> | undefined;

async function startDawn(): Promise<GPU> {
  try {
    const { create } = await import('webgpu');
    // The shaders write before they read, so zeroing tens of KiB for every pair would only take time.
    return create(['enable-dawn-features=disable_workgroup_init']);
  } catch (thrown) {
    throw new AppError('backend_unavailable', 'the backend "webgpu" is not available: Dawn does not load', {
      hint: 'install the packages again (npm ci), or choose another backend',
      cause: thrown,
    });
  }
}
