import { AppError } from '../../errors/index.ts';
import { guarded, text } from './gpu-errors.ts';

/** Features that are requested if the adapter has them. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['subgroups'];
const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** Threads of a workgroup that compares one pair: the norms of 14 words' contexts have 16 tiles, in 8 parts each. */
const INVOCATIONS = 128;

/** A device that shaders are made for. */
export interface MatchDevice {
  readonly device: GPUDevice;
  /** The driver's name of its adapter. */
  readonly adapter: string;
  /** Whether it is a software driver. */
  readonly software: boolean;
  readonly invocations: number;
  /** Threads of a subgroup; 1 if there are no subgroups, or subgroups of different sizes. */
  readonly lanes: number;
  /** Quads of workgroup memory that a shader may use. */
  readonly arena: number;
  /** Maximum size in bytes of a buffer that a shader reads. */
  readonly bindingBytes: number;
  /**
   * Compiles a shader, or returns the compiled one.
   * @throws AppError `internal`
   */
  readonly compile: (code: string, entryPoint: string) => Promise<GPUComputePipeline>;
  /** Why the device was lost, if it was. */
  readonly lost: () => string | undefined;
  /** Ends all work on it. */
  readonly destroy: () => void;
}

export interface DeviceOptions {
  /** Whether to sum with subgroups if the adapter has them; true by default. */
  readonly subgroups?: boolean | undefined;
  /** Maximum bytes of workgroup memory to use; by default all that the adapter has. */
  readonly workgroupBytes?: number | undefined;
}

/**
 * Opens the best available device, with the features and limits of its adapter that matching uses.
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
    // One quad is for counting subgroups.
    arena: Math.floor(Math.min(workgroupBytes, maxComputeWorkgroupStorageSize) / 16) - 1,
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
