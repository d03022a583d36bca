import type { IncomingMessage } from 'node:http';

/** How much of a body that nobody reads is taken in before the answer: twice the largest that a service accepts, and not for long. */
const MOST_BYTES = 64 * 2 ** 20;
const MOST_MS = 5000;

/**
 * Reads away what a request still sends, up to a limit. A caller that is still sending when the connection closes gets a
 * reset, and never sees the answer that says why.
 *
 * @returns whether all of it came.
 */
export function readAway(incoming: IncomingMessage): Promise<boolean> {
  if (incoming.complete || incoming.destroyed) return Promise.resolve(incoming.complete);
  return new Promise((resolve) => {
    let bytes = 0;
    const done = (): void => {
      clearTimeout(late);
      for (const event of ['end', 'close', 'error']) incoming.off(event, done);
      incoming.off('data', count);
      resolve(incoming.complete);
    };
    const count = (piece: Buffer): void => {
      bytes += piece.byteLength;
      if (bytes > MOST_BYTES) done();
    };
    const late = setTimeout(done, MOST_MS);
    for (const event of ['end', 'close', 'error']) incoming.once(event, done);
    // A reader that gave up would pause the stream again.
    incoming.removeAllListeners('data');
    incoming.on('data', count);
    incoming.resume();
  });
}
