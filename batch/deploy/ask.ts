/** One request of a check, and why it had no answer. */
import { AppError } from '../../shared/errors/index.ts';

/** How long a service may take to answer. Chosen: a search of an isolate that starts takes a few seconds. */
const TIMEOUT_MS = 15_000;
/** More than any answer that is read here. */
const MOST_BYTES = 4 << 20;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined if it is none. */
  readonly json: unknown;
  /** Seconds that the service's clock is ahead of ours, within half the time that the request took; undefined if it names no time. */
  readonly ahead: number | undefined;
  readonly milliseconds: number;
}

/** A service without an answer: what happened, and what to do. */
export interface NoAnswer {
  readonly reason: string;
  readonly fix: string;
}

export type Asked = Answer | NoAnswer;

export function answered(asked: Asked): asked is Answer {
  return 'status' in asked;
}

/**
 * Sends one request; redirects are answers of their own.
 *
 * @param path resolved against the address of the service
 */
export async function ask(
  service: URL,
  path: string,
  init: RequestInit = {},
  signal?: AbortSignal,
): Promise<Asked> {
  const url = new URL(path, service);
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const began = Date.now();
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const { status, headers } = response;
    const middle = (began + Date.now()) / 2;
    const date = Date.parse(headers.get('date') ?? '');
    const text = await readText(response);
    return {
      status,
      headers,
      text,
      json: jsonOf(text),
      // The header has whole seconds, rounded down.
      ahead: Number.isNaN(date) ? undefined : (date + 500 - middle) / 1000,
      milliseconds: Date.now() - began,
    };
  } catch (thrown) {
    if (signal?.aborted) throw new AppError('cancelled', 'the check was stopped', { cause: thrown });
    return whyNoAnswer(url, thrown, limit.aborted);
  }
}

async function readText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the error codes of Node's `fetch` mean. */
function whyNoAnswer(url: URL, thrown: unknown, late: boolean): NoAnswer {
  if (late) {
    return {
      reason: `${url.host} did not answer within ${TIMEOUT_MS / 1000} s`,
      fix: 'Look at its log and its load; a firewall that drops packets looks like this, too.',
    };
  }
  const code = codeOf(thrown);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      reason: `the name ${url.hostname} does not resolve`,
      fix: 'Check the spelling of the address, and the DNS record of the name.',
    };
  }
  if (code === 'ECONNREFUSED') {
    return {
      reason: `nothing listens at ${url.host}`,
      fix: 'Start the service, or correct the address and the port.',
    };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
    return {
      reason: `TLS fails at ${url.host}: ${code}`,
      fix: 'Serve a certificate of this name that a public authority signed, with its whole chain; for an authority of your own set NODE_EXTRA_CA_CERTS.',
    };
  }
  return {
    reason: `${url.host} does not answer: ${code || String(thrown)}`,
    fix: 'Check the address and its scheme (http or https), and what is between here and the service.',
  };
}

function codeOf(thrown: unknown): string {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error instanceof AggregateError) return codeOf(error.errors[0]);
  }
  return '';
}
