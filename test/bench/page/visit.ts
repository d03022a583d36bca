import type { Browser, CDPSession, Page } from 'playwright-core';

/** The network and the processor that a visit is slowed down to. */
export interface Slowness {
  readonly latencyMs: number;
  /** Bits a second. */
  readonly down: number;
  readonly up: number;
  /** How many times slower the processor is. */
  readonly cpu: number;
}

/** What one visit with an empty cache took. Times are milliseconds from the navigation unless they say otherwise. */
export interface Visit {
  readonly firstContentfulPaint: number;
  readonly largestContentfulPaint: number;
  /** Cumulative layout shift, without shifts that follow an input. */
  readonly layoutShift: number;
  /** Until the first image of the results has its place; from the Enter key if the query was typed. */
  readonly firstResult: number;
  /** How long tasks of more than 50 ms blocked the page, beyond 50 ms each. */
  readonly blocked: number;
  readonly requests: number;
  /** Bytes over the network, with headers, by type of resource. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Set by `watch` in the page. */
interface Seen {
  lcp: number;
  shift: number;
  blocked: number;
  entered: number;
  result: number;
}

const QUIET_MS = 1000;

/**
 * Visits the page with a fresh cache. A page with `?q=` searches by itself; otherwise `query` is typed once the page is quiet.
 *
 * @throws what the browser throws if nothing is found within its time limit
 */
export async function visit(browser: Browser, url: URL, query: string, slow: Slowness): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 } });
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    const traffic = await watchNetwork(devtools);
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: slow.latencyMs,
      downloadThroughput: slow.down / 8,
      uploadThroughput: slow.up / 8,
    });
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slow.cpu });
    await page.addInitScript(watch);
    await page.goto(url.href);
    if (!url.searchParams.has('q')) {
      await traffic.quiet();
      await page.locator('gsmn-search [part=input]').fill(query);
      await page.keyboard.press('Enter');
    }
    await page.waitForFunction(() => Reflect.get(globalThis, 'seen').result > 0);
    await traffic.quiet();
    return { ...(await figures(page)), requests: traffic.requests(), bytes: traffic.bytes() };
  } finally {
    await context.close();
  }
}

async function figures(page: Page): Promise<Omit<Visit, 'requests' | 'bytes'>> {
  const { seen, paint } = await page.evaluate(() => ({
    seen: Reflect.get(globalThis, 'seen') as Seen,
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  }));
  return {
    firstContentfulPaint: paint,
    largestContentfulPaint: seen.lcp,
    layoutShift: seen.shift,
    firstResult: seen.result - seen.entered,
    blocked: seen.blocked,
  };
}

/** Runs in the page before its scripts. */
function watch(): void {
  const seen: Seen = { lcp: 0, shift: 0, blocked: 0, entered: 0, result: 0 };
  Reflect.set(globalThis, 'seen', seen);
  const observe = (type: string, note: (entry: PerformanceEntry) => void): void =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  observe('largest-contentful-paint', ({ startTime }) => {
    seen.lcp = startTime;
  });
  observe('layout-shift', (entry) => {
    if (!Reflect.get(entry, 'hadRecentInput')) seen.shift += Number(Reflect.get(entry, 'value'));
  });
  observe('longtask', ({ duration }) => {
    seen.blocked += Math.max(0, duration - 50);
  });
  addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') seen.entered = performance.now();
  });
  const look = (): void => {
    if (document.querySelector('gsmn-search')?.shadowRoot?.querySelector('.card'))
      seen.result = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function watchNetwork(devtools: CDPSession) {
  const seen = new Map<string, { readonly type: string; bytes: number }>();
  const open = new Set<string>();
  let last = performance.now();
  const end = (id: string): void => {
    open.delete(id);
    last = performance.now();
  };
  devtools.on('Network.requestWillBeSent', ({ requestId, type = 'Other' }) => {
    seen.set(requestId, { type, bytes: 0 });
    open.add(requestId);
  });
  // An answer in events is given up after the last one, so what came of it counts, whether it ended or not.
  const count = (id: string, bytes: (before: number) => number): void => {
    const one = seen.get(id);
    if (one) one.bytes = bytes(one.bytes);
  };
  devtools.on('Network.responseReceived', ({ requestId, response }) =>
    count(requestId, () => response.encodedDataLength),
  );
  devtools.on('Network.dataReceived', ({ requestId, encodedDataLength }) =>
    count(requestId, (before) => before + encodedDataLength),
  );
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    count(requestId, () => encodedDataLength);
    end(requestId);
  });
  devtools.on('Network.loadingFailed', ({ requestId }) => end(requestId));
  await devtools.send('Network.enable');
  return {
    requests: () => seen.size,
    bytes(): Readonly<Record<string, number>> {
      const sums: Record<string, number> = {};
      for (const { type, bytes } of seen.values()) sums[type] = (sums[type] ?? 0) + bytes;
      return sums;
    },
    /** Resolves once nothing was under way for a while. */
    async quiet(): Promise<void> {
      while (open.size > 0 || performance.now() - last < QUIET_MS)
        await new Promise((done) => setTimeout(done, 50));
    },
  };
}
