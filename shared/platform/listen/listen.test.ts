import type { OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { type SentRequest, sendRequest } from '../../../test/support/send-request.ts';
import type { AppError } from '../../errors/index.ts';
import { HTTP_STATUS } from '../../http/index.ts';
import { type Listening, type ListenOptions, listen } from './listen.ts';

const PART = 'x'.repeat(2 ** 20);

const running: Listening[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.close();
});

/** A service that says which of its routes was reached. */
async function start(options: Partial<ListenOptions> = {}): Promise<Listening> {
  const app = new Hono()
    .post('/refused', (c) => c.text('too large for this route', 413))
    .post('/begun', async (c) => {
      await c.req.raw.body?.getReader().read();
      return c.text('too large after all', 413);
    })
    .all('*', async (c) => c.text(`reached with ${(await c.req.text()).length} characters`));
  const service = await listen({
    name: 'the service',
    fetch: app.fetch,
    refuse: ({ code }: AppError) => new Response(code, { status: HTTP_STATUS[code] }),
    port: 0,
    ...options,
  });
  running.push(service);
  return service;
}

async function send(url: string, headers: OutgoingHttpHeaders = {}, more: Omit<SentRequest, 'headers'> = {}) {
  const { status, body } = await sendRequest(url, { headers, ...more });
  return { status, body };
}

describe('who may call', () => {
  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1', '127.0.0.1:80', '127.1', '[::1]', '[::1]:1234'])(
    'answers a request for the host %s',
    async (host) => {
      const { url } = await start();
      expect(await send(url, { host })).toEqual({ status: 200, body: 'reached with 0 characters' });
    },
  );

  it.each([
    'evil.example',
    'evil.example:8788',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
  ])('refuses a request for the host %s, whose name may resolve to this machine', async (host) => {
    const { url } = await start();
    expect(await send(url, { host })).toEqual({ status: 421, body: 'host_refused' });
  });

  it('leaves the host to the token where there is one: a tunnel may name it', async () => {
    const { url } = await start({ token: { value: 'long and random', variable: 'TOKEN' } });
    expect(await send(url, { host: 'rerank.example' })).toMatchObject({ status: 200 });
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    { 'sec-fetch-site': 'same-site' },
  ])('refuses a page of another origin: %o', async (headers) => {
    for (const token of [undefined, { value: 'long and random', variable: 'TOKEN' }]) {
      const { url } = await start({ token });
      expect(await send(url, headers)).toEqual({ status: 403, body: 'origin_refused' });
    }
  });

  it('answers its own origin, and a link that somebody follows', async () => {
    const { url } = await start();
    for (const headers of [
      { origin: url, 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    ])
      expect(await send(url, headers)).toMatchObject({ status: 200 });
  });
});

describe('bodies', () => {
  it.each([
    ['application/json', 200],
    ['Application/JSON; charset=utf-8', 200],
    ['application/merge-patch+json', 200],
    ['text/plain', 415],
    ['text/plain;application/json', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=application/json', 415],
    ['', 415],
  ])('of the type "%s" get %i', async (type, status) => {
    const { url } = await start();
    for (const length of [{}, { 'content-length': 2 }])
      expect(
        await send(
          url,
          { 'content-type': type, ...length },
          { method: 'POST', write: (outgoing) => outgoing.write('{}') },
        ),
      ).toMatchObject({ status });
  });

  it('may be absent', async () => {
    const { url } = await start();
    expect(await send(url, {}, { method: 'DELETE' })).toMatchObject({ status: 200 });
    expect(await send(url, { 'content-length': 0 }, { method: 'POST' })).toMatchObject({ status: 200 });
  });

  it.each([
    ['/refused', 'application/json', { status: 413, body: 'too large for this route' }],
    ['/begun', 'application/json', { status: 413, body: 'too large after all' }],
    ['/', 'text/plain', { status: 415, body: 'content_type_refused' }],
  ])('that are refused at %s as %s get their answer, not a reset', async (path, type, answer) => {
    const { url } = await start();
    const parts = 40;
    const write: SentRequest['write'] = (outgoing) => {
      for (let part = 0; part < parts; part++) outgoing.write(PART);
    };
    for (const length of [{}, { 'content-length': parts * PART.length }])
      expect(
        await send(`${url}${path}`, { 'content-type': type, ...length }, { method: 'POST', write }),
      ).toEqual(answer);
  });

  it('that are refused are read before the answer: a caller that is slow to send gets it too', async () => {
    const { url, port } = await start();
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      answer += piece;
    });
    socket.write(
      `POST /refused HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${2 * PART.length}\r\n\r\n${PART}`,
    );
    // Meanwhile the service has had the time to answer others.
    for (let round = 0; round < 3; round++) expect(await send(url)).toMatchObject({ status: 200 });
    expect(answer).toBe('');
    socket.write(PART);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('without an end are not read for ever', async () => {
    const { port } = await start();
    const socket = connect(port, '127.0.0.1');
    // The connection ends while more is being sent.
    socket.on('error', () => {});
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    socket.write(
      'POST /refused HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000000000000\r\n\r\n',
    );
    const pour = (): void => {
      while (!socket.destroyed && socket.write(PART));
    };
    socket.on('drain', pour);
    pour();
    await ended;
    expect(socket.bytesWritten).toBeLessThan(500 * 2 ** 20);
  });
});

describe('listening', () => {
  it.each(['0.0.0.0', '0', '::', '10.1.2.3', '::ffff:10.1.2.3'])(
    'beyond this machine, on %s, needs a token',
    async (host) => {
      for (const token of [
        undefined,
        { value: undefined, variable: 'ITS_TOKEN' },
        { value: '', variable: 'ITS_TOKEN' },
      ])
        await expect(start({ host, token })).rejects.toMatchObject({
          code: 'config_invalid',
          message: expect.stringContaining('the service'),
          hint: expect.stringContaining(token === undefined ? '127.0.0.1' : 'ITS_TOKEN'),
        });
    },
  );

  it.each([
    ['127.1', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['[::1]', /^http:\/\/\[::1\]:\d+$/],
    ['::ffff:127.0.0.1', /^http:\/\/\[::ffff:7f00:1\]:\d+$/],
    ['localhost', /^http:\/\/localhost:\d+$/],
  ])('on %s shows an address that works', async (host, shown) => {
    const { url } = await start({ host });
    expect(url).toMatch(shown);
    expect((await fetch(url)).status).toBe(200);
  });

  it('on a port in use is a conflict that names it', async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`127.0.0.1:${port}`),
      hint: expect.stringContaining('another port'),
    });
  });
});

describe('closing', () => {
  it('lets a running request finish, refuses new ones, and may be called twice', async () => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const service = await start({
      fetch: async () => {
        begun.resolve();
        await gate.promise;
        return new Response('finished');
      },
    });
    const held = fetch(service.url);
    await begun.promise;
    const closed = service.close();
    expect(service.close()).toBe(closed);
    await expect(fetch(service.url)).rejects.toThrow();
    gate.resolve();
    expect(await (await held).text()).toBe('finished');
    await closed;
  });

  it('does not wait longer than its grace', async () => {
    const begun = Promise.withResolvers<void>();
    const service = await start({
      graceMs: 50,
      fetch: () => {
        begun.resolve();
        return new Promise<Response>(() => {});
      },
    });
    const held = fetch(service.url).catch(() => 'ended');
    await begun.promise;
    await service.close();
    expect(await held).toBe('ended');
  });
});
