import type { ParseResponse } from '../../../shared/schema/index.ts';
import { ask, type Transport, withParameters } from './ask.ts';
import { isRecord } from './search-problem.ts';

export interface ParseOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The parse of a sentence. Rejects as `ask` does. */
export function requestParse(
  endpoint: URL,
  q: string,
  { signal }: ParseOptions = {},
  transport?: Transport,
): Promise<ParseResponse> {
  return ask({ address: withParameters(endpoint, { q }), isAnswer, signal }, transport);
}

/** Enough to draw it: words whose heads are among them. */
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
