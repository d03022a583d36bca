import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENERATION_PATHS } from '../../../shared/generation/index.ts';
import { captionPayloadSchema } from '../../../shared/schema/index.ts';
import { seededRandom } from '../../support/random.ts';

/** A caption as a query, and the image that it describes. */
export interface Query {
  readonly text: string;
  readonly image: number;
}

/** The captions of a generation in a fixed random order, without repetitions. */
export function captionQueries(folder: string): Query[] {
  const lines = readFileSync(join(folder, GENERATION_PATHS.captionPayloads), 'utf8').trim().split('\n');
  const captions = lines.map((line) => captionPayloadSchema.parse(JSON.parse(line)));
  const distinct = [...new Map(captions.map((caption) => [caption.text, caption])).values()];
  const random = seededRandom(1);
  return distinct
    .map((caption) => ({ caption, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ caption }) => caption);
}
