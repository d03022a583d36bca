import { describe, expect, it, vi } from 'vitest';
import { Tracing } from './tracing.ts';
import { readTracing } from './tracing-settings.ts';

const settings = {
  url: 'http://collector/v1/traces',
  headers: {},
  service: 's',
  version: '1',
  trustsCallers: false,
};
const taken = () => vi.fn<typeof fetch>(async () => new Response('{}'));

describe('Tracing', () => {
  it('keeps a limited number of spans, and sends them in batches', async () => {
    const fetch = taken();
    const tracing = new Tracing({ ...settings, ratio: 1, fetch });
    for (let at = 0; at < 3000; at++) tracing.begin('GET /', new Headers(), {}).end();
    expect(fetch).not.toHaveBeenCalled();
    await Promise.all([tracing.flush(), tracing.flush()]);
    expect(fetch).toHaveBeenCalledTimes(4);
    expect(tracing.counts).toEqual({ exported: 2048, failed: 0, dropped: 952 });
    tracing.begin('GET /', new Headers(), {}).end();
    await tracing.flush();
    expect(tracing.counts.exported).toBe(2049);
  });

  it.each([
    ['refuses', async () => new Response('', { status: 503 })],
    ['does not answer', () => Promise.reject(new TypeError('fetch failed'))],
  ])('counts the spans of a collector that %s, and never rejects', async (_, fetch) => {
    const tracing = new Tracing({ ...settings, ratio: 1, fetch });
    tracing.begin('GET /', new Headers(), {}).end('timeout');
    await expect(tracing.flush()).resolves.toBeUndefined();
    expect(tracing.counts).toEqual({ exported: 0, failed: 1, dropped: 0 });
  });

  it('samples about the share that is asked for', async () => {
    const tracing = new Tracing({ ...settings, ratio: 0.25, fetch: taken() });
    for (let at = 0; at < 1000; at++) tracing.begin('GET /', new Headers(), {}).end();
    await tracing.flush();
    expect(tracing.counts.exported).toBeGreaterThan(150);
    expect(tracing.counts.exported).toBeLessThan(350);
  });

  it('lets callers decide only where they are trusted', async () => {
    const headers = new Headers({ traceparent: '00-ffffffffffffffffffffffffffffffff-b7ad6b7169203331-01' });
    for (const [trustsCallers, exported] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const tracing = new Tracing({ ...settings, ratio: 0, trustsCallers, fetch: taken() });
      tracing.begin('GET /', headers, {}).end();
      await tracing.flush();
      expect(tracing.counts.exported).toBe(exported);
    }
  });
});

describe('readTracing', () => {
  it('is off without a collector', () => {
    expect(readTracing({ OTEL_TRACES_SAMPLER_ARG: '0.5', OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBeUndefined();
  });

  it('reads the names of OpenTelemetry', () => {
    expect(
      readTracing({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/base',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc==, x-team=search',
        OTEL_TRACES_SAMPLER_ARG: '0.1',
      }),
    ).toEqual({
      url: 'https://collector.example/base/v1/traces',
      headers: { authorization: 'Basic abc==', 'x-team': 'search' },
      ratio: 0.1,
    });
  });

  it.each([
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_HEADERS: 'secret' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_TRACES_SAMPLER_ARG: '2' },
  ])('refuses %j', (variables) => {
    expect(() => readTracing(variables)).toThrowError(expect.objectContaining({ code: 'config_invalid' }));
  });
});
