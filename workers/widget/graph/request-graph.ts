import type { ParseResponse } from '../../../shared/schema/index.ts';
import type { Outcome } from '../request/outcome.ts';
import { isRecord } from '../request/read-problem.ts';
import { requestJson } from '../request/request-json.ts';

/** The graph of a sentence; never throws. */
export function requestGraph(
  endpoint: URL,
  query: string,
  signal: AbortSignal,
): Promise<Outcome<ParseResponse>> {
  const address = new URL(endpoint);
  address.searchParams.set('q', query);
  return requestJson(address, isAnswer, signal);
}

/** Enough to draw: words with heads that are among them. */
function isAnswer(body: unknown): body is ParseResponse {
  if (!isRecord(body) || typeof body.compared !== 'boolean' || !Array.isArray(body.words)) return false;
  const { length } = body.words;
  return body.words.every(
    (word) =>
      isRecord(word) &&
      typeof word.text === 'string' &&
      typeof word.relation === 'string' &&
      typeof word.head === 'number' &&
      word.head >= 0 &&
      word.head <= length,
  );
}
