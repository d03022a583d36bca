import { captionPayloadSchema, type GenerationManifest } from '../../shared/schema/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import type { PageContent } from '../data/page-content.ts';

/** Up to `count` sentences from all over the index: captions, so that the search knows their words. */
export async function exampleSentences(
  store: QdrantStore,
  { captions, collections }: GenerationManifest,
  count: number,
): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, part) =>
    Math.floor(((part + 0.5) * captions.count) / count),
  ).filter((id) => id < captions.count);
  if (collections.captions === undefined) return [];
  const points = await store.retrieve(collections.captions, [...new Set(ids)]);
  // Captions end in a separate full stop, which nobody types into a search.
  const texts = points.map(({ payload }) => captionPayloadSchema.parse(payload).text.replace(/\s*\.$/, ''));
  return [...new Set(texts)].filter(Boolean);
}

/** The contents of the page, as variables of the edge worker: `|` between sentences, `||` between groups. */
export function pageVariables({ examples, note }: PageContent): Readonly<Record<string, string>> {
  return {
    PAGE_EXAMPLES: examples.map((group) => group.join('|')).join('||'),
    ...(note === undefined ? {} : { PAGE_NOTE: note }),
  };
}
