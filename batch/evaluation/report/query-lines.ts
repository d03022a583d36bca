import type { Query } from '../queries/query-record.ts';
import type { SplitNames } from './split-names.ts';

/** Every query as a line of JSON, with the words and names that its indices mean. */
export function queryLines(queries: readonly Query[], names: SplitNames): string {
  return queries.map((query) => `${JSON.stringify(named(query, names))}\n`).join('');
}

function named(query: Query, names: SplitNames): object {
  const own = { text: names.caption(query.caption), picture: names.image(query.image) };
  const found =
    query.direction === 'text-to-image'
      ? query.found.map((answer) => ({ ...answer, picture: names.image(answer.image) }))
      : query.found.map((answer) => ({ ...answer, text: names.caption(answer.caption) }));
  return { ...query, ...own, found };
}
