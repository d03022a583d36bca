import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
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
  sumInSteps();
}

/**
 * Lets `tf.addN` add any number of tensors. TF.js binds all of them to one shader, and devices allow as few as eight
 * storage buffers there; the result of a pipeline that cannot be made is not computed, without an error.
 */
function sumInSteps(): void {
  const kernel = tf.getKernel('AddN', 'webgpu');
  tf.unregisterKernel('AddN', 'webgpu');
  tf.registerKernel({
    ...kernel,
    kernelFunc: ({ inputs, backend }) => {
      const device = backend as WebGPUBackend;
      // One is for the sum.
      const most = device.device.limits.maxStorageBuffersPerShaderStage - 1;
      const add = (terms: readonly tf.TensorInfo[]) =>
        kernel.kernelFunc({ inputs: terms as never, backend }) as tf.TensorInfo;
      const terms = Object.values(inputs) as tf.TensorInfo[];
      let sum = add(terms.splice(0, most));
      while (terms.length > 0) {
        const next = add([sum, ...terms.splice(0, most - 1)]);
        device.disposeData(sum.dataId);
        sum = next;
      }
      return sum;
    },
  });
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
