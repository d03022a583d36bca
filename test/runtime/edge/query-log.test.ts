import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import { type QueryLogLine, queryLogLineSchema } from '../../../shared/observe/query-log-line.ts';
import { personalData } from '../../../workers/edge/observe/personal-data.ts';
import { QueryLog, writeToDataset } from '../../../workers/edge/observe/query-log.ts';
import { type EdgeChanges, edge } from './fakes.ts';

function logged({
  sample = 1,
  random,
  ...changes
}: EdgeChanges & { sample?: number; random?: () => number } = {}) {
  const lines: QueryLogLine[] = [];
  const queryLog = new QueryLog({
    sample,
    random,
    write: (line) => void lines.push(queryLogLineSchema.parse(line)),
  });
  const { app } = edge({ observedBy: { observers: [], queryLog }, ...changes });
  const search = (q: string, more = '') => app.request(`/v1/search?q=${encodeURIComponent(q)}${more}`);
  const click = (body: unknown, headers: Record<string, string> = {}) =>
    app.request('/v1/clicks', {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { app, lines, search, click };
}

describe('the query log', () => {
  it('is off unless it is set: no id, and no clicks', async () => {
    const { app } = edge();
    expect((await app.request('/v1/search?q=a+dog')).headers.has('x-query-log')).toBe(false);
    expect((await app.request('/v1/clicks', { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('has what was searched for, and how it went', async () => {
    const { lines, search, click } = logged();
    const response = await search(' a dog ', '&limit=3');
    const id = response.headers.get('x-query-log');
    expect(lines).toEqual([
      {
        kind: 'search',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/),
        id,
        query: 'a dog',
        offset: 0,
        hits: 3,
        filtered: false,
        milliseconds: expect.any(Number),
      },
    ]);
    expect((await click({ search: id, position: 2 })).status).toBe(204);
    expect(lines[1]).toEqual({ kind: 'click', at: expect.any(String), search: id, position: 2 });
    expect((await search('a dog')).headers.get('x-query-log')).not.toBe(id);
  });

  it('lets a page of another origin read the id', async () => {
    const { app } = logged();
    const response = await app.request('/v1/search?q=a+dog', { headers: { origin: 'https://shop.example' } });
    expect(response.headers.get('access-control-expose-headers')).toContain('X-Query-Log');
  });

  it('has nothing of who searches', async () => {
    const { app, lines } = logged();
    const headers = {
      'cf-connecting-ip': '192.0.2.7',
      'x-forwarded-for': '192.0.2.7',
      'user-agent': 'Particular/1',
      cookie: 'session=particular',
      authorization: 'Bearer particular',
      referer: 'https://particular.example/',
      'accept-language': 'particular',
      'x-request-id': 'particular',
    };
    await app.request('/v1/search?q=a+dog', { headers });
    await app.request('/v1/clicks', {
      method: 'POST',
      headers,
      body: JSON.stringify({ search: '0123456789abcdef', position: 1 }),
    });
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toMatch(/192\.0|articular/);
  });

  it('has the share that is asked for, and failed searches never', async () => {
    const values = [0.1, 0.3, 0.2, 0.9];
    const { lines, search } = logged({ sample: 0.25, random: () => values.shift() ?? 1 });
    for (const q of ['a', 'b', 'c', 'd']) await search(q);
    expect(lines.map((line) => line.kind === 'search' && line.query)).toEqual(['a', 'c']);
    const broken = logged({
      rerank: { encode: async () => Promise.reject(new AppError('encode_unavailable', 'no')) },
    });
    expect((await broken.search('a dog')).status).toBe(503);
    expect(broken.lines).toEqual([]);
  });

  it.each([
    ['no JSON', 'click', 400],
    ['no id', { position: 1 }, 400],
    ['an id of another form', { search: '0123456789ABCDEF', position: 1 }, 400],
    ['a position that is none', { search: '0123456789abcdef', position: 0 }, 400],
    ['more than a click', { search: '0123456789abcdef', position: 1, who: 'me' }, 400],
    ['a long body', { search: 'x'.repeat(300), position: 1 }, 413],
  ])('refuses a click with %s', async (_, body, status) => {
    const { lines, click } = logged();
    expect((await click(body)).status).toBe(status);
    expect(lines).toEqual([]);
  });

  it('takes clicks of the pages that may search, and by POST alone', async () => {
    const body = { search: '0123456789abcdef', position: 1 };
    const { app, click } = logged({ allowedOrigins: ['https://shop.example'] });
    expect((await click(body, { origin: 'https://shop.example', 'content-type': 'text/plain' })).status).toBe(
      204,
    );
    expect((await click(body, { origin: 'https://other.example' })).status).toBe(403);
    expect((await app.request('/v1/clicks')).status).toBe(405);
  });

  it('goes to a dataset of Workers', async () => {
    const points: unknown[] = [];
    const queryLog = new QueryLog({
      sample: 1,
      write: writeToDataset({ writeDataPoint: (point) => void points.push(point) }),
    });
    const { app } = edge({ observedBy: { observers: [], queryLog } });
    await app.request('/v1/search?q=a+dog');
    queryLog.clicked('0123456789abcdef', 3);
    expect(points).toEqual([
      {
        indexes: ['search'],
        blobs: ['search', expect.any(String), 'a dog', '', '', '', ''],
        doubles: [expect.any(Number), 6, 0],
      },
      { indexes: ['click'], blobs: ['click', '0123456789abcdef'], doubles: [3] },
    ]);
  });
});

describe('queries that look like personal data', () => {
  it.each([
    ['anna.schmidt@example.org', 'account'],
    ['photos of @anna at the beach', 'account'],
    ['mail anna＠example.org', 'account'],
    ['https://example.org/?token=abc', 'link'],
    ['www.example.org', 'link'],
    ['call +49 (0)170 123-45-67', 'number'],
    ['4111 1111 1111 1111', 'number'],
    ['born 12.05.1990', 'number'],
    ['card ４１１１１１１１', 'number'],
    ['١٢٣٤٥٦', 'number'],
    ['12\u200b34\u200b56', 'number'],
    ['DE89 3704 0044 0532 0130 00', 'number'],
  ])('%s: %s', (query, why) => {
    expect(personalData(query)).toBe(why);
  });

  it.each([
    'two dogs',
    '3 cats and 12 birds',
    'a car of 2019',
    'from 1990 to 1995?',
    'Anna at the beach',
    '10 000 people',
  ])('%s is none', (query) => {
    expect(personalData(query)).toBeUndefined();
  });

  it('are found wherever they stand', () => {
    const words = fc.array(fc.constantFrom('a', 'dog', 'red', 'on', 'grass'), { maxLength: 5 });
    const name = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const secret = fc.oneof(
      fc.tuple(name, name).map(([user, host]) => `${user}@${host}.org`),
      fc.integer({ min: 100_000, max: 999_999_999 }).map(String),
      name.map((host) => `https://${host}`),
    );
    fc.assert(
      fc.property(words, secret, words, (before, hidden, after) => {
        expect(personalData([...before, hidden, ...after].join(' '))).toBeDefined();
      }),
    );
  });

  it('are not in the log, but that there was one is', async () => {
    const { lines, search } = logged();
    await search('call 0170 1234567');
    expect(lines).toMatchObject([{ kind: 'search', withheld: 'number', hits: 6 }]);
    expect(JSON.stringify(lines)).not.toMatch(/call|1234567/);
  });
});
