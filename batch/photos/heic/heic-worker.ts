import { parentPort } from 'node:worker_threads';
import decode from 'heic-decode';
import type { RgbaPixels } from './tiff-of-pixels.ts';

/** A file to decode. */
export interface HeicTask {
  readonly id: number;
  readonly bytes: Uint8Array;
}

export interface HeicResult {
  readonly id: number;
  readonly pixels?: RgbaPixels;
  readonly error?: string;
}

/** A thread of `HeicDecoder`: a large image takes a second, in which the main thread must do other things. */
parentPort?.on('message', (task: HeicTask) => void reply(task));

async function reply({ id, bytes }: HeicTask): Promise<void> {
  try {
    const { width, height, data } = await decode({ buffer: bytes });
    parentPort?.postMessage({ id, pixels: { width, height, data } } satisfies HeicResult, [data.buffer]);
  } catch (thrown) {
    parentPort?.postMessage({
      id,
      error: thrown instanceof Error ? thrown.message : String(thrown),
    } satisfies HeicResult);
  }
}
