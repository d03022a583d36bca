import { type ImageFilter, passesFilter } from '../filter/image-filter.ts';
import type { FieldValues } from '../schema/index.ts';
import { fieldsOfImages } from './image-fields.ts';
import type { Fields } from './ports.ts';
import type { SearchGeneration } from './search-generation.ts';

/** The declared fields of a generation in this process, from its payloads; read once, when they are needed. */
export function localFields(generation: Pick<SearchGeneration, 'manifest' | 'payloads'>): Fields {
  let read: Promise<readonly FieldValues[]> | undefined;
  const all = (): Promise<readonly FieldValues[]> => (read ??= readAll());

  async function readAll(): Promise<readonly FieldValues[]> {
    const values: FieldValues[] = [];
    for await (const own of fieldsOfImages(generation)) values.push(own);
    return values;
  }

  async function passing(filter: ImageFilter): Promise<number[]> {
    const ids: number[] = [];
    for (const [id, values] of (await all()).entries()) if (passesFilter(filter, values)) ids.push(id);
    return ids;
  }

  return {
    count: async (_query, filter) => (await passing(filter)).length,
    passing: (_query, filter) => passing(filter),
    values: async (_query, ids) => {
      const values = await all();
      return ids.map((id) => values[id] ?? {});
    },
  };
}
