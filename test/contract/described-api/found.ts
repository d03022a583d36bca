import type { Asked } from './asked-requests.ts';

const get = (path: string, headers: Asked['headers'] = {}): Asked => ({
  operation: `GET ${path.split('?')[0]}`,
  method: 'GET',
  path,
  headers,
  verdict: 'refused',
});

/** Requests that once were answered wrongly: they are always sent first. */
export const FOUND: readonly Asked[] = [
  // The value without a name was overlooked.
  get('/v1/search?q=a%20dog&=year%3E2019'),
  get('/v1/parse?q=a%20dog&='),
  // The page without a script searched for what was not UTF-8.
  get('/v1/search?q=a%ed%a0%80'),
  // The page for those who have no JavaScript could not read a stream.
  { ...get('/v1/search?q=a%20dog', { accept: 'text/event-stream' }), verdict: 'taken' },
  // What the address asked for besides had no effect.
  {
    operation: 'POST /v1/search',
    method: 'POST',
    path: '/v1/search?filter=year%3E2019',
    headers: { 'content-type': 'application/json' },
    body: '{"q":"a dog"}',
    verdict: 'refused',
  },
  // The problem had no hint.
  {
    operation: 'POST /v1/search',
    method: 'POST',
    path: '/v1/search',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ q: 'a'.repeat(20_000) }),
    verdict: 'refused',
  },
];
