import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { TracingSettings } from './tracing-settings.ts';

/** Spans that wait; more are lost. A search has about ten. */
const MOST_WAITING = 2048;
/** Spans in one request to the collector. */
const BATCH = 512;
/** How long the collector may take. */
const TIMEOUT_MS = 5000;

/** What became of spans. */
export interface SpanCounts {
  readonly exported: number;
  /** The collector refused them or did not answer. */
  readonly failed: number;
  /** Too many waited. */
  readonly dropped: number;
}

/**
 * Spans on their way to a collector, by OTLP/HTTP in JSON. Nothing is sent before `flush`, so that the caller, who
 * has timers or a `waitUntil`, decides when: the batching processor of the SDK needs a timer that runs between requests, which Workers
 * do not have. A batch that fails is not sent again: it would be in the way of the next ones.
 */
export class SpanQueue implements SpanProcessor {
  readonly #settings: Pick<TracingSettings, 'url' | 'headers'>;
  readonly #send: typeof globalThis.fetch;
  readonly #waiting: ReadableSpan[] = [];
  #sending: Promise<void> | undefined;
  #exported = 0;
  #failed = 0;
  #dropped = 0;

  constructor(
    settings: Pick<TracingSettings, 'url' | 'headers'>,
    send: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init),
  ) {
    this.#settings = settings;
    this.#send = send;
  }

  get counts(): SpanCounts {
    return { exported: this.#exported, failed: this.#failed, dropped: this.#dropped };
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(span);
    else this.#dropped++;
  }

  /** Sends all that waits. Never rejects. Spans that end meanwhile go along. */
  forceFlush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  shutdown(): Promise<void> {
    return this.forceFlush();
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      if (await this.#isTaken(batch)) this.#exported += batch.length;
      else this.#failed += batch.length;
    }
  }

  async #isTaken(batch: ReadableSpan[]): Promise<boolean> {
    try {
      const response = await this.#send(this.#settings.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#settings.headers },
        body: JsonTraceSerializer.serializeRequest(batch) as Uint8Array<ArrayBuffer>,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      // Else its connection stays in use.
      await response.body?.cancel();
      return response.ok;
    } catch {
      // Counted; a collector that is away must not fill the log of a service that works.
      return false;
    }
  }
}
