import * as tf from '@tensorflow/tfjs';
import { backendUnavailable, firstLine } from './errors.ts';

const HINT = 'WebGPU in Node needs a GPU with a Vulkan driver; choose another backend';

/** Starts TF.js's WebGPU backend on Dawn. Defines `navigator.gpu` and WebGPU's constants, which that backend reads. */
export async function loadWebgpu(): Promise<void> {
  await provideWebgpu();
  await import('@tensorflow/tfjs-backend-webgpu');
  const started = await tf.setBackend('webgpu').catch((thrown: unknown) => {
    throw backendUnavailable('webgpu', firstLine(thrown), HINT, thrown);
  });
  if (!started) throw backendUnavailable('webgpu', 'its device does not start', HINT);
}

async function provideWebgpu(): Promise<void> {
  try {
    const { create, globals } = await import('webgpu');
    const gpu = create([]);
    if ((await gpu.requestAdapter()) === null) throw new Error('Dawn finds no adapter');
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  } catch (thrown) {
    throw backendUnavailable('webgpu', firstLine(thrown), HINT, thrown);
  }
}
