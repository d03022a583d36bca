import {
  type CaptionedImage,
  correlationProjection,
  type FeatureLayout,
  type StoredWordSum,
  sumUp,
} from '../../shared/retrieval/index.ts';
import { photoWordSum } from './photo-word-sum.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import type { TrainingPhotos } from './training-photos.ts';
import { type CaptionRows, vectorSum } from './word-table.ts';

const NOTHING = new Float32Array(0);
const WHOLE_IMAGE = Float32Array.of(0, 0, 1, 1);

/**
 * Canonical correlation analysis between what is seen and which words, pairs and vectors of words a caption has. In closed
 * form; the same photographs give the same numbers.
 */
export async function fitCorrelation(
  training: TrainingPhotos,
  { dimensions, imageRidge, textRidge, power }: PhotoRecallRecipe['correlation'],
): Promise<StoredWordSum> {
  const { table, principal } = training;
  const layout: FeatureLayout = {
    image: { regions: principal.components, nodes: 0 },
    text: { bag: Array.from({ length: table.known }, (_, row) => row), words: table.size },
  };
  const options = { dimensions, imageRidge, textRidge, power, nodeScale: 1, wordScale: 1 };
  const { config, tensors } = correlationProjection(await sumUp(samples(training), layout), layout, options);
  const data = (name: string) => tensors.get(name)?.data ?? NOTHING;
  const text = data('text.projection');
  const k = config.dimensions;
  return photoWordSum(training, {
    dimensions: k,
    image: data('image.projection'),
    imageOffset: data('image.offset'),
    known: text.subarray(0, table.known * k),
    vectors: text.subarray(table.known * k),
    textOffset: data('text.offset'),
  });
}

/** A photograph is one region with its components; a caption's word nodes are the sum of its vectors. */
function* samples({ principal, components, captions, table }: TrainingPhotos): Generator<CaptionedImage> {
  const size = principal.components;
  const text = (rows: CaptionRows) => {
    const sum = vectorSum(table, rows);
    // The mean of the nodes between the first and the last is taken: the sum stands at each of them.
    const words = new Float32Array((rows.length + 2) * table.size);
    for (let at = 0; at < rows.length + 2; at++) words.set(sum, at * table.size);
    return { ids: [-1, ...rows, -1], words };
  };
  for (const [photo, own] of captions.entries()) {
    yield {
      image: {
        regions: 1,
        features: components.subarray(photo * size, (photo + 1) * size),
        nodes: NOTHING,
        boxes: WHOLE_IMAGE,
      },
      captions: own.map(text),
    };
  }
}
