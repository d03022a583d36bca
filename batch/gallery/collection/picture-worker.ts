/** Thread that draws, renders and describes the pictures it is sent. */
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { drawPicture, drawTwins } from '../scenes/index.ts';
import type { PictureTask, UnitRecord } from './picture-record.ts';
import { renderPicture } from './render-picture.ts';

// One picture a thread at a time: more threads inside would only fight over the cores.
sharp.concurrency(1);
sharp.cache(false);

async function work({ kind, row, seed }: PictureTask): Promise<UnitRecord> {
  if (kind === 'picture') {
    return { row, twins: undefined, pictures: [await renderPicture(drawPicture(seed))] };
  }
  const { kind: twins, first, second } = drawTwins(seed);
  return { row, twins, pictures: [await renderPicture(first), await renderPicture(second)] };
}

parentPort?.on('message', (task: PictureTask) => {
  void work(task).then(
    (record) => {
      const buffers = record.pictures.flatMap(({ file, boxes, features }) => [
        file.buffer,
        boxes.buffer,
        features.buffer,
      ]);
      parentPort?.postMessage(record, buffers);
    },
    (thrown: unknown) => {
      // Out of the promise, so that it reaches the thread's 'error' event.
      setImmediate(() => {
        throw thrown;
      });
    },
  );
});
