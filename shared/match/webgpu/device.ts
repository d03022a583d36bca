import { AppError } from '../../errors/index.ts';
import { guarded, text } from './gpu-errors.ts';

/** What a device is asked for, where the adapter has it. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['subgroups'];
const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** Threads of a workgroup, which compares one pair: 576 tiles of 36 regions, 16 words and 16 blocks are even rounds. */
const INVOCATIONS = 128;

/** A device that shaders are made for. */
export interface MatchDevice {
  readonly device: GPUDevice;
  /** What the driver calls its adapter. */
  readonly adapter: string;
  /** Whether it is no graphics card, but a program. */
  readonly software: boolean;
  readonly invocations: number;
  /** Threads of a subgroup; 1 where there are none, or none of one size. */
  readonly lanes: number;
  /** Floats of workgroup memory that a shader may take. */
  readonly arena: number;
  /** The most bytes of a buffer that a shader reads. */
  readonly bindingBytes: number;
  /**
   * Compiles a shader, or finds it where it was compiled before.
   * @throws AppError `internal`
   */
  readonly compile: (code: string, entryPoint: string) => Promise<GPUComputePipeline>;
  /** Why the device is lost, where it is. */
  readonly lost: () => string | undefined;
  /** Ends all work on it. */
  readonly destroy: () => void;
}

export interface DeviceOptions {
  /** Whether to sum by subgroups where the adapter has them, as it is unless said. */
  readonly subgroups?: boolean | undefined;
  /** Bytes of workgroup memory to take at most; all that the adapter has unless said. */
  readonly workgroupBytes?: number | undefined;
}

/**
 * Opens the best device there is, with the features and limits of its adapter that matching makes use of.
 * @throws AppError `backend_unavailable`
 */
export async function openDevice(
  gpu: GPU,
  { subgroups = true, workgroupBytes = Infinity }: DeviceOptions = {},
): Promise<MatchDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw unavailable('there is no adapter');
  const { description, vendor, isFallbackAdapter, subgroupMinSize, subgroupMaxSize } = adapter.info;
  const requiredFeatures = OPTIONAL_FEATURES.filter((name) => adapter.features.has(name));
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter
    .requestDevice({ requiredFeatures, requiredLimits })
    .catch((thrown: unknown) => {
      throw unavailable(`its device does not start: ${text(thrown)}`, thrown);
    });
  let lost: string | undefined;
  void device.lost.then(({ message }) => {
    lost = message;
  });
  const {
    maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup,
    maxStorageBufferBindingSize,
    maxBufferSize,
  } = device.limits;
  const invocations = Math.min(INVOCATIONS, maxComputeInvocationsPerWorkgroup);
  const oneSize = subgroupMinSize === subgroupMaxSize && invocations % subgroupMaxSize === 0;
  return {
    device,
    adapter: description || vendor,
    software: isFallbackAdapter,
    invocations,
    lanes: subgroups && oneSize && device.features.has('subgroups') ? subgroupMaxSize : 1,
    // One number is for counting subgroups; drivers count memory by 16 bytes.
    arena: Math.floor(Math.min(workgroupBytes, maxComputeWorkgroupStorageSize) / 16) * 4 - 4,
    bindingBytes: Math.min(maxStorageBufferBindingSize, maxBufferSize),
    compile: compiler(device),
    lost: () => lost,
    destroy: () => device.destroy(),
  };
}

function compiler(device: GPUDevice): MatchDevice['compile'] {
  const compiled = new Map<string, Promise<GPUComputePipeline>>();
  return (code, entryPoint) => {
    const key = `${entryPoint}\n${code}`;
    const found = compiled.get(key);
    if (found !== undefined) return found;
    const pipeline = guarded(device, 'a shader', () => {
      const module = device.createShaderModule({ code });
      return device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } });
    });
    compiled.set(key, pipeline);
    pipeline.catch(() => compiled.delete(key));
    return pipeline;
  };
}

function unavailable(why: string, cause?: unknown): AppError {
  return new AppError('backend_unavailable', `the backend "webgpu" is not available: ${why}`, {
    hint: 'WebGPU needs a GPU with a driver (in Node: Vulkan, Metal or Direct3D 12); choose another backend',
    cause,
  });
}
