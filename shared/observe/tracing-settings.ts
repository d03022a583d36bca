import { z } from 'zod';
import { AppError } from '../errors/index.ts';

/** Where spans are sent, and of which requests. */
export interface TracingSettings {
  /** Address of the collector's OTLP/HTTP traces. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Share of the traces that is recorded, 0 to 1. */
  readonly ratio: number;
}

/** OpenTelemetry's own names (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables). */
const variablesSchema = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** `name=value`, separated by commas; values are percent-encoded. */
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(
      /^\s*[\w!#$%&'*+.^`|~-]+\s*=[^,]*(?:,\s*[\w!#$%&'*+.^`|~-]+\s*=[^,]*)*$/,
      'must be name=value,name=value',
    )
    .optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

/** Names of the variables that `readTracing` reads. */
export const TRACING_VARIABLES: readonly string[] = Object.keys(variablesSchema.shape);

/**
 * The settings of tracing; undefined if no collector is named, which is the default.
 *
 * @throws AppError `config_invalid`
 */
export function readTracing(variables: Readonly<Record<string, unknown>>): TracingSettings | undefined {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const result = variablesSchema.safeParse(set);
  if (!result.success) {
    const wrong = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new AppError('config_invalid', `the variables of tracing are wrong: ${wrong.join('; ')}`, {
      hint: 'docs/configuration.md describes them',
    });
  }
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = '' } = result.data;
  if (endpoint === undefined) return undefined;
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: readHeaders(headers),
    ratio: result.data.OTEL_TRACES_SAMPLER_ARG,
  };
}

function readHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new AppError('config_invalid', 'OTEL_EXPORTER_OTLP_HEADERS: a value is not percent-encoded', {
      hint: 'write % as %25',
      cause,
    });
  }
}
