import { AppError } from '../errors/index.ts';
import type { ImagePayloadReader } from '../generation/image-payloads.ts';
import type { FieldValues, GenerationManifest } from '../schema/index.ts';

/** Lines that are read at a time. */
const LINES = 1000;

/** Where the fields of a generation's images are. */
export interface FieldSource {
  readonly manifest: GenerationManifest;
  /** Undefined if the generation has none. */
  readonly payloads: ImagePayloadReader | undefined;
}

/** What a generation has in its declared fields, image by image. @throws AppError `generation_incomplete`, and what reading throws. */
export async function* fieldsOfImages({ manifest, payloads }: FieldSource): AsyncGenerator<FieldValues> {
  if (payloads === undefined) {
    throw new AppError(
      'generation_incomplete',
      `generation ${manifest.id} does not have the payloads of its images`,
      { hint: 'build it again, or name its vector database: --qdrant' },
    );
  }
  const { count } = manifest.images;
  for (let from = 0; from < count; from += LINES) {
    yield* await payloads.readFields(from, Math.min(count, from + LINES));
  }
}
