import type { Answer } from '../../support/send-request.ts';

/** Headers that tell one request from another. */
const OF_ONE_REQUEST = [
  'age',
  'cache-status',
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server-timing',
  'transfer-encoding',
  'x-request-id',
];

/** The headers of an answer that the same request gets again. */
export function sameHeaders({ headers }: Answer): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_REQUEST.includes(name)));
}

/** The body of an answer, without what is of one request alone: its id, and how long it took. */
export function sameBody(answer: Answer): string {
  if (isStream(answer)) return JSON.stringify(eventsOf(answer).findLast(({ name }) => name === 'ranked'));
  return answer.body.replace(/,"requestId":"[^"]*"/, '');
}

export function isStream({ headers }: Answer): boolean {
  return /event-stream|ndjson/.test(headers['content-type'] ?? '');
}

/** The answers that a stream of events holds, or its problem. */
export function eventsOf(answer: Answer): { readonly name: string; readonly data: unknown }[] {
  if (!isStream(answer)) return [];
  const { headers, body } = answer;
  const events = headers['content-type']?.includes('ndjson')
    ? body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string; answer?: unknown; problem?: unknown })
        .map(({ event, answer: found, problem }) => ({ name: event, data: found ?? problem }))
    : body
        .trim()
        .split('\n\n')
        .map((text) => /^event: (\w+)\ndata: (.*)$/.exec(text) ?? [])
        .map(([, name = 'no event', data = 'null']) => ({ name, data: JSON.parse(data) as unknown }));
  return events.filter(({ name }) => name !== 'done');
}

/** The search of an address as a body; undefined for one that a body cannot say. */
export function bodyOfAddress(query: URLSearchParams): object | undefined {
  const sentences = query.getAll('q');
  const weights = query.get('weights')?.split(',').map(Number);
  if (weights !== undefined && weights.length !== sentences.length) return undefined;
  const not = query.getAll('not');
  const numbers = ['limit', 'offset'].filter((name) => query.has(name));
  const flags = ['exhaustive', 'understand', 'collapse'].filter((name) => query.has(name));
  const lists = ['facets', 'channels'].filter((name) => query.has(name));
  const texts = ['filter', 'generation', 'after'].filter((name) => query.has(name));
  return {
    ...(sentences.length === 1
      ? { q: sentences[0] }
      : { queries: sentences.map((q, at) => ({ q, ...(weights && { weight: weights[at] }) })) }),
    ...(not.length === 0 ? {} : { not }),
    ...Object.fromEntries(numbers.map((name) => [name, Number(query.get(name))])),
    ...Object.fromEntries(flags.map((name) => [name, query.get(name) === 'true'])),
    ...Object.fromEntries(texts.map((name) => [name, query.get(name)])),
    ...Object.fromEntries(lists.map((name) => [name, query.get(name)?.split(',')])),
  };
}
