import { guarded } from './gpu-errors.ts';

/** Flags of WebGPU's buffer usages, by the standard's numbers: not every platform defines the global. */
export const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
const MAP_READ = 1;

/** Makes buffers and counts their bytes. */
export class GpuMemory {
  readonly device: GPUDevice;
  #usedBytes = 0;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** Bytes of all buffers that were made and not released. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * A buffer of zeros; the caller releases it.
   * @throws AppError `memory_exhausted`, `internal`
   */
  async allocate(bytes: number, usage: number): Promise<GPUBuffer> {
    const size = Math.max(16, 4 * Math.ceil(bytes / 4));
    const buffer = await guarded(this.device, `a buffer of ${size} bytes on the GPU`, () =>
      this.device.createBuffer({ size, usage }),
    );
    this.#usedBytes += size;
    return buffer;
  }

  /** A buffer with these numbers. */
  async upload(
    data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
    usage: number,
  ): Promise<GPUBuffer> {
    const buffer = await this.allocate(data.byteLength, usage | USAGE.copyTarget);
    this.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  free(buffer: GPUBuffer): void {
    this.#usedBytes -= buffer.size;
    buffer.destroy();
  }
}

/** Waits for a buffer's contents and copies them. */
export async function readBuffer(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
  await buffer.mapAsync(MAP_READ, 0, bytes);
  const copy = buffer.getMappedRange(0, bytes).slice(0);
  buffer.unmap();
  return copy;
}
