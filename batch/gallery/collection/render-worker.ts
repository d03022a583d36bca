/** Thread that draws, renders and describes the images it is sent. */
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { drawnRegions } from '../../features/drawn-regions/drawn-regions.ts';
import { drawImage, drawTwins, type GalleryImage } from '../scenes/index.ts';
import { renderPixels } from './render-pixels.ts';
import type { RenderedImage, RenderedUnit, RenderTask } from './rendered-unit.ts';

/** Good enough for drawn edges; more effort would take longer than everything else and save a tenth. */
const WEBP = { quality: 90, effort: 2 } as const;

async function work({ kind, row, seed }: RenderTask): Promise<RenderedUnit> {
  if (kind === 'image') {
    return { row, twins: undefined, images: [await renderImage(drawImage(seed))] };
  }
  const { kind: twins, first, second } = drawTwins(seed);
  return { row, twins, images: [await renderImage(first), await renderImage(second)] };
}

/** Renders a drawing, finds and describes its regions from the pixels, and encodes it as a file. */
async function renderImage(image: GalleryImage): Promise<RenderedImage> {
  const { data, width, height } = await renderPixels(image);
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .webp(WEBP)
    .toBuffer();
  const { boxes, features } = await drawnRegions.extract({ rgb: data, width, height });
  return { width, height, captions: image.captions, file: new Uint8Array(file), boxes, features };
}

parentPort?.on('message', (task: RenderTask) => {
  void work(task).then(
    (unit) => {
      const buffers = unit.images.flatMap(({ file, boxes, features }) => [
        file.buffer,
        boxes.buffer,
        features.buffer,
      ]);
      parentPort?.postMessage(unit, buffers);
    },
    (thrown: unknown) => {
      // Outside of the promise, so that it reaches the 'error' event of the thread.
      setImmediate(() => {
        throw thrown;
      });
    },
  );
});
