import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openPhoto } from '../read/open-photo.ts';
import { HeicDecoder } from './heic-decoder.ts';

const [HANGS, DIES] = [1, 2];
/** Answers with one pixel of the file's first byte; never, or by its end, if that is HANGS or DIES. */
const PROGRAM = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ([first]) => {
      while (first === ${HANGS});
      if (first === ${DIES}) throw new Error('out of memory');
      parentPort.postMessage({ pixels: { width: 1, height: 1, data: Uint8Array.of(first, 0, 0, 0) } });
    });`)}`,
);
const fault = (code: string) => expect.objectContaining({ name: 'PhotoFault', code });
const LONG = 60;
let decoder = new HeicDecoder(1, PROGRAM);
afterEach(async () => {
  await decoder.close();
  decoder = new HeicDecoder(1, PROGRAM);
});
const decode = async (first: number, seconds = LONG) =>
  (await decoder.decode(Uint8Array.of(first), seconds)).data[0];

describe('HeicDecoder', () => {
  it('ends a file that takes too long, and goes on with the next', async () => {
    const slow = decode(HANGS, 0.5);
    const next = decode(7);
    await expect(slow).rejects.toEqual(fault('too_slow'));
    await expect(slow).rejects.toThrow('0.5 s');
    expect(await next).toBe(7);
  });

  it('fails the file alone at which a thread dies', async () => {
    expect(await decode(7)).toBe(7);
    await expect(decode(DIES)).rejects.toThrow('out of memory');
    expect(await decode(8)).toBe(8);
  });

  it('is closed while a thread is at work and a file waits for it', async () => {
    const running = decode(HANGS);
    const waiting = decode(7);
    const failed = Promise.all([
      expect(running).rejects.toThrow('ended with code'),
      expect(waiting).rejects.toThrow('closed'),
    ]);
    // The first file is with its thread then.
    await new Promise(setImmediate);
    await decoder.close();
    await failed;
  });

  it('has the time that the limits give it', async () => {
    const bytes = await readFile(join(import.meta.dirname, '../fixtures/drawn-display-p3.heic'));
    const asked: number[] = [];
    const photo = await openPhoto(bytes, {
      limits: { bytes: 2 ** 20, pixels: 1e6, seconds: 0.25 },
      decodeHeic: async (_bytes, seconds) => {
        asked.push(seconds);
        return decoder.decode(Uint8Array.of(HANGS), seconds);
      },
    });
    await expect(photo.decoder(40)).rejects.toEqual(fault('too_slow'));
    expect(asked).toEqual([0.25]);
  });
});
