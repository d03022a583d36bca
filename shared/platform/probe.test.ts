import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probe } from './probe.ts';

const TIMES = { pauseMs: 1, timeoutMs: 1000, misses: 3 };
let server: ReturnType<typeof createServer>;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`;
}

describe('probe', () => {
  it('says that a server hangs after misses in a row only, and takes every answer', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked++;
      // Two misses, an answer, and three misses.
      if (asked === 3) response.writeHead(503).end();
    });
    expect(await probe(url, TIMES, new AbortController().signal)).toBe(true);
    expect(asked).toBe(6);
  }, 60_000);

  it('does not take a refused or a lost connection for hanging, and ends by its signal', async () => {
    const end = new AbortController();
    let asked = 0;
    const url = await serve((request) => {
      asked++;
      request.socket.destroy();
      if (asked === 5) end.abort();
    });
    expect(await probe(url, TIMES, end.signal)).toBe(false);
    expect(asked).toBe(5);
  });

  it('takes no answer for none while this process is busy itself', async () => {
    const end = new AbortController();
    let asked = 0;
    const url = await serve(() => {
      asked++;
      if (asked === 2) end.abort();
      const until = performance.now() + 1500;
      while (performance.now() < until);
    });
    expect(await probe(url, { pauseMs: 1, timeoutMs: 100, misses: 1 }, end.signal)).toBe(false);
    expect(asked).toBe(2);
  });

  it('ends by its signal while it waits for an answer', async () => {
    const end = new AbortController();
    const url = await serve(() => end.abort());
    expect(await probe(url, { ...TIMES, timeoutMs: 60_000, misses: 1 }, end.signal)).toBe(false);
  });
});
