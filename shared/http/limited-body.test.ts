import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLimited } from './limited-body.ts';

function bodyOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new Uint8Array(piece));
      controller.close();
    },
  });
}

const read = (pieces: readonly Uint8Array[], most: number, headers: Record<string, string> = {}) =>
  readLimited({ headers: new Headers(headers), body: bodyOf(pieces) }, most, 'send less');

describe('readLimited', () => {
  it('reads a body in any pieces, up to its limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), fc.nat(300), async (pieces, most) => {
        const whole = pieces.flatMap((piece) => [...piece]);
        const reading = read(pieces, most);
        if (whole.length <= most) expect([...(await reading)]).toEqual(whole);
        else await expect(reading).rejects.toMatchObject({ code: 'request_too_large', hint: 'send less' });
      }),
    );
  });

  it('refuses by the header alone', async () => {
    const reading = read([], 10, { 'content-length': '11' });
    await expect(reading).rejects.toMatchObject({ code: 'request_too_large' });
  });

  it('reads no body as nothing', async () => {
    expect(await readLimited({ headers: new Headers(), body: null }, 10)).toEqual(new Uint8Array());
  });

  it('says if it does not arrive whole', async () => {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.error(new Error('reset')),
    });
    const reading = readLimited({ headers: new Headers(), body }, 10);
    await expect(reading).rejects.toMatchObject({ code: 'request_invalid' });
  });
});
