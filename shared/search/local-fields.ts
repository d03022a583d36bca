import { AppError } from '../errors/index.ts';
import { type ImageFilter, passesFilter } from '../filter/image-filter.ts';
import type { FieldValues } from '../schema/index.ts';
import type { Fields } from './ports.ts';
import type { SearchGeneration } from './search-generation.ts';

/** Lines that are read at a time. */
const LINES = 1000;

/** The declared fields of a generation in this process, from its payloads; read once, when they are needed. */
export function localFields({ manifest, payloads }: Pick<SearchGeneration, 'manifest' | 'payloads'>): Fields {
  let read: Promise<readonly FieldValues[]> | undefined;
  const all = (): Promise<readonly FieldValues[]> => (read ??= readAll());

  async function readAll(): Promise<readonly FieldValues[]> {
    if (payloads === undefined) {
      throw new AppError(
        'generation_incomplete',
        `generation ${manifest.id} does not have the payloads of its images`,
        { hint: 'build it again, or name its vector database: --qdrant' },
      );
    }
    const values: FieldValues[] = [];
    const { count } = manifest.images;
    for (let from = 0; from < count; from += LINES) {
      values.push(...(await payloads.readFields(from, Math.min(count, from + LINES))));
    }
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
