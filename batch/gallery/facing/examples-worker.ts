/** Thread that draws the images of seeds, and tells which regions show living things and which way these face. */
import { parentPort } from 'node:worker_threads';
import { findRegions } from '../../features/drawn-regions/extract-regions.ts';
import { facingInputs } from '../../features/drawn-regions/features/facing.ts';
import { sampleRegion } from '../../features/drawn-regions/features/sample.ts';
import { boxOverlap } from '../../features/drawn-regions/proposals/bounds.ts';
import { renderPixels } from '../collection/render-pixels.ts';
import { drawParts } from '../scenes/index.ts';
import type { FacingExample } from './fit-facing.ts';

/** Boxes that overlap by less show something else as well, or only a part. */
const SAME_THING = 0.5;

async function examplesOf(seed: number): Promise<FacingExample[]> {
  const drawing = drawParts(seed);
  const { data, width, height } = await renderPixels(drawing);
  const { described, proposed } = findRegions(data, width, height);
  const { image } = described;
  const scale = image.width / drawing.width;
  return drawing.parts.flatMap(({ box, living, mirrored }) => {
    if (!living) return [];
    const bounds = {
      left: box.left * scale,
      top: box.top * scale,
      right: box.right * scale,
      bottom: box.bottom * scale,
    };
    return proposed
      .filter((region) => boxOverlap(region.bounds, bounds) >= SAME_THING)
      .map((region) => ({
        inputs: facingInputs(image, sampleRegion(image, region.bounds, region.inside, false)),
        right: !mirrored,
      }));
  });
}

parentPort?.on('message', (seeds: readonly number[]) => {
  void Promise.all(seeds.map(examplesOf)).then((examples) =>
    parentPort?.postMessage({ first: seeds[0], examples: examples.flat() }),
  );
});
