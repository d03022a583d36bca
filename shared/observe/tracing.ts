/** Traces by OpenTelemetry: a span for a request and for each of its stages. */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { type SpanCounts, SpanQueue } from './span-queue.ts';
import type { TracingSettings } from './tracing-settings.ts';

export interface TracingOptions extends TracingSettings {
  /** `service.name` of the spans. */
  readonly service: string;
  readonly version: string;
  /** Whether callers decide what is sampled. The public must not: it could have everything recorded. */
  readonly trustsCallers: boolean;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A piece of work that is timed, and what it is a part of. */
export interface TraceSpan {
  /** What the services that it calls are told, in the form of W3C Trace Context. */
  readonly traceparent: string;
  /** A part of this work, which begins now. @param isCall whether another service does it */
  child(name: string, isCall?: boolean): TraceSpan;
  set(attributes: Attributes): void;
  /** @param failure the code of an error of ours; an error of the caller is none */
  end(failure?: string): void;
}

const propagator = new W3CTraceContextPropagator();
const headerGetter = {
  get: (headers: Headers, name: string) => headers.get(name) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
};

/** Begins the spans of a service and sends them. */
export class Tracing {
  readonly #queue: SpanQueue;
  readonly #tracer: Tracer;

  constructor({ service, version, ratio, trustsCallers, fetch, ...collector }: TracingOptions) {
    this.#queue = new SpanQueue(collector, fetch);
    const sampler = new TraceIdRatioBasedSampler(ratio);
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
      sampler: new ParentBasedSampler({
        root: sampler,
        ...(trustsCallers
          ? {}
          : { remoteParentSampled: sampler, remoteParentNotSampled: new AlwaysOffSampler() }),
      }),
      spanProcessors: [this.#queue],
    });
    this.#tracer = provider.getTracer('gsmn-search', version);
  }

  get counts(): SpanCounts {
    return this.#queue.counts;
  }

  /** The span of a request, as a part of its caller's trace if it names one. */
  begin(name: string, headers: Headers, attributes: Attributes): TraceSpan {
    const context = propagator.extract(ROOT_CONTEXT, headers, headerGetter);
    // `performance.now()` alone has no origin in Workers, `Date.now()` has whole milliseconds.
    const origin = Date.now() - performance.now();
    const clock = () => origin + performance.now();
    const span = this.#tracer.startSpan(
      name,
      { kind: SpanKind.SERVER, attributes, startTime: clock() },
      context,
    );
    return this.#handle(span, context, clock);
  }

  /** Sends the spans that have ended. Never rejects. */
  flush(): Promise<void> {
    return this.#queue.forceFlush();
  }

  #handle(span: Span, parent: Context, clock: () => number): TraceSpan {
    const context = trace.setSpan(parent, span);
    const carrier: { traceparent?: string } = {};
    propagator.inject(context, carrier, {
      set: (into: Record<string, string>, key, value) => {
        into[key] = value;
      },
    });
    return {
      traceparent: carrier.traceparent ?? '',
      child: (name, isCall = false) => {
        const kind = isCall ? SpanKind.CLIENT : SpanKind.INTERNAL;
        return this.#handle(
          this.#tracer.startSpan(name, { kind, startTime: clock() }, context),
          context,
          clock,
        );
      },
      set: (attributes) => void span.setAttributes(attributes),
      end: (failure) => {
        if (failure !== undefined) {
          span.setAttribute('error.type', failure);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end(clock());
      },
    };
  }
}
