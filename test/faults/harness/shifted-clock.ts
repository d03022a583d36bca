/**
 * Loaded into a process before its program (`node --import`): a wall clock that can be set. A number that arrives on the
 * process's channel is the offset in milliseconds from then on, in every thread. `performance.now()` stays as it is.
 */
import process from 'node:process';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

const RealDate = Date;
let offset = 0;

class ShiftedDate extends RealDate {
  constructor(...parameters: [] | [value: string | number | Date]) {
    if (parameters.length === 0) super(RealDate.now() + offset);
    else super(...parameters);
  }

  static override now(): number {
    return RealDate.now() + offset;
  }
}
globalThis.Date = ShiftedDate as DateConstructor;

const channel = new BroadcastChannel('shifted-clock');
channel.onmessage = ({ data }: { readonly data: unknown }) => {
  offset = Number(data);
};
channel.unref();
if (isMainThread && process.send !== undefined) {
  process.on('message', (message) => {
    offset = Number(message);
    channel.postMessage(offset);
    // What the clock shows now.
    process.send?.(Date.now());
  });
  process.channel?.unref();
}
