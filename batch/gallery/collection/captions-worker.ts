/** Thread that determines the captions of the drawings it receives. */
import { parentPort } from 'node:worker_threads';
import { type CaptionsTask, type DrawingCaptions, drawingCaptions } from './drawing-captions.ts';

parentPort?.on('message', (task: CaptionsTask) => {
  parentPort?.postMessage(
    task.map(({ kind, seed }): DrawingCaptions => ({ seed, images: drawingCaptions(kind, seed) })),
  );
});
