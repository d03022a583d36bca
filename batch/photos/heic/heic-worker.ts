import { parentPort } from 'node:worker_threads';
import decode from 'heic-decode';
import type { RgbaPixels } from './tiff-of-pixels.ts';

/** What became of the file that a thread was sent. */
export type HeicResult =
  | { readonly pixels: RgbaPixels }
  | { readonly pixels?: undefined; readonly error: string };

/** A thread of `HeicDecoder`: it decodes for as long as it takes, while the main thread does other things. */
parentPort?.on('message', (bytes: Uint8Array) => void reply(bytes));

async function reply(bytes: Uint8Array): Promise<void> {
  try {
    const { width, height, data } = await decode({ buffer: bytes });
    parentPort?.postMessage({ pixels: { width, height, data } } satisfies HeicResult, [data.buffer]);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    parentPort?.postMessage({ error } satisfies HeicResult);
  }
}
