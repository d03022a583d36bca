import { AppError } from '../../../shared/errors/index.ts';

/** Milliseconds from a request to its first order of images, and to the ranked one. */
export interface FirstResult {
  readonly first: number;
  readonly ranked: number;
}

/** Asks one search for an answer in two parts. @throws AppError `internal` unless both come. */
export async function firstResult(url: string, q: string, limit: number): Promise<FirstResult> {
  const began = performance.now();
  const address = `${url}/v1/search?${new URLSearchParams({ q, limit: String(limit) })}`;
  const response = await fetch(address, { headers: { accept: 'text/event-stream' } });
  let first: number | undefined;
  let text = '';
  for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes('\n\n')) first ??= performance.now() - began;
  }
  const names = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name).join();
  const ranked = performance.now() - began;
  if (first !== undefined && names === 'recall,ranked,done') return { first, ranked };
  throw new AppError('internal', `"${q}" was answered by ${response.status} with the events ${names}`);
}
