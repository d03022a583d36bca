/** What the document says of a request: it must be answered, must be refused, or either, as the index decides. */
export type Verdict = 'taken' | 'refused' | 'either';

/** Parameters and members that alone decide nothing: what they mean depends on the index, or on one another. */
const MEANINGFUL = new Set([
  'weights',
  'filter',
  'facets',
  'channels',
  'after',
  'generation',
  'sort',
  'like',
  'id',
  'not',
  'queries',
  'offset',
]);

export function together(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('refused')) return 'refused';
  return verdicts.includes('either') ? 'either' : 'taken';
}

/** What a valid value decides. */
export function meaning(name: string, value: unknown): Verdict {
  if (MEANINGFUL.has(name)) return 'either';
  // A sentence may have more words than a search takes.
  return [value].flat().some((one) => typeof one === 'string' && one.length > 60) ? 'either' : 'taken';
}
