import { AppError } from '../../../shared/errors/index.ts';
import { passesFilter } from '../../../shared/filter/image-filter.ts';
import type { FieldValues, GenerationResponse, ImageFilter } from '../../../shared/schema/index.ts';
import type { Fields, SearchCall } from '../../../shared/search/ports.ts';
import { unavailable } from './gone-collection.ts';

/** What an image has in the declared fields. */
export async function fieldsOfImage(
  generation: GenerationResponse,
  id: number,
  fields: Pick<Fields, 'values'>,
  call: SearchCall,
): Promise<FieldValues> {
  const names = Object.keys(generation.fields?.fields ?? {});
  const [own = {}] = await fields.values(generation, [id], names, call).catch(unavailable);
  return own;
}

/**
 * @param within the images that the caller may see at all; all if undefined
 * @throws AppError `not_found` for an image that is not there, or not for this caller, who does not learn which.
 */
export async function assertKnownImage(
  generation: GenerationResponse,
  id: number,
  within: ImageFilter | undefined,
  fields: Pick<Fields, 'values'>,
  call: SearchCall,
): Promise<void> {
  const { images } = generation;
  if (id < images) {
    if (within === undefined || passesFilter(within, await fieldsOfImage(generation, id, fields, call)))
      return;
  }
  const size = within === undefined ? `; the index has ${images}` : '';
  throw new AppError('not_found', `There is no image ${id}${size}.`, {
    hint: 'Send the `generation` of the answer that the id comes from.',
  });
}
