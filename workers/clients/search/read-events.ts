import type { SearchResponse } from '../../../shared/schema/index.ts';
import { problemOf } from './search-problem.ts';

/**
 * The ranked answer of a stream of events; recall's order, if it comes before, is passed on. A service that answers with JSON is read as
 * well. Rejects with the problem that the stream ends with, and with a `TypeError` if it breaks off.
 */
export async function readEvents(
  response: Response,
  isAnswer: (body: unknown) => body is SearchResponse,
  onRecall: (answer: SearchResponse) => void,
): Promise<unknown> {
  const { body, headers } = response;
  if (body === null || !headers.get('content-type')?.startsWith('text/event-stream')) return response.json();
  for await (const { name, data } of events(body)) {
    if (name === 'ranked') return JSON.parse(data);
    if (name === 'problem') {
      const problem: unknown = JSON.parse(data);
      throw problemOf(problem, statusOf(problem), headers);
    }
    const recalled: unknown = name === 'recall' ? JSON.parse(data) : undefined;
    if (isAnswer(recalled)) onRecall(recalled);
  }
  throw new TypeError('the stream of events broke off');
}

function statusOf(problem: unknown): number {
  return Number((problem as { status?: unknown } | null)?.status) || 500;
}

/** Server-sent events, as HTML defines them, without what the service does not use: ids and times to reconnect. */
async function* events(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<{ readonly name: string; readonly data: string }> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      text += piece.value;
      // A carriage return at the end may be half of a line's end.
      const blocks = text.split(/\r\n\r\n|\n\n|\r\r(?!\n)/);
      text = blocks.pop() ?? '';
      for (const block of blocks) yield event(block);
    }
  } finally {
    // The rest, if there is one, is not wanted.
    reader.cancel().catch(() => {});
  }
}

function event(block: string): { readonly name: string; readonly data: string } {
  const lines = block.split(/\r\n|\n|\r/);
  const values = (field: string): string[] =>
    lines.flatMap((line) =>
      line.startsWith(`${field}:`) ? line.slice(field.length + 1).replace(/^ /, '') : [],
    );
  return { name: values('event').at(-1) ?? 'message', data: values('data').join('\n') };
}
