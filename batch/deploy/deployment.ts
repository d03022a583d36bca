/** The addresses and secrets of a deployment, from options, a file of variables, and the environment. */
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import stripJsonComments from 'strip-json-comments';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { isKey } from '../../shared/keys/search-key.ts';
import { isToken } from '../../shared/keys/search-token.ts';
import { fileReason } from '../../shared/platform/file-reason.ts';

/** What is checked. */
export interface Deployment {
  readonly edge: URL;
  /** Undefined if it is not to be asked directly. */
  readonly rerank: URL | undefined;
  readonly rerankToken: string | undefined;
  readonly qdrant: URL | undefined;
  readonly qdrantKey: string | undefined;
  /** A page whose visitors shall search. */
  readonly origin: string | undefined;
  /** What the search is asked with, if it has keys: a key or a token. */
  readonly key: string | undefined;
  /** A sentence that the index should have an answer to. */
  readonly query: string;
  /** Secrets that stand among the plain variables of a wrangler file. */
  readonly exposed: readonly string[];
}

export interface DeploymentOptions {
  readonly edge: string;
  readonly rerank?: string | undefined;
  readonly qdrant?: string | undefined;
  readonly origin?: string | undefined;
  readonly key?: string | undefined;
  readonly query: string;
  /** A wrangler file, or one of lines NAME=value. */
  readonly vars?: string | undefined;
  /** The environment of the wrangler file. */
  readonly environment?: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What the edge worker keeps as secrets. */
const SECRETS = [
  'RERANK_TOKEN',
  'QDRANT_API_KEY',
  'SEARCH_KEYS',
  'IMAGE_SECRET',
  'METRICS_TOKEN',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

/**
 * Options come before the file, and the file before the environment.
 *
 * @throws AppError `argument_invalid`, `file_unreadable`, `format_invalid`
 */
export async function readDeployment(options: DeploymentOptions, env: Variables): Promise<Deployment> {
  const { vars, environment } = options;
  const file = vars === undefined ? undefined : await readVariables(vars, environment);
  const value = (name: string): string | undefined => file?.variables[name] || env[name] || undefined;
  const [rerank, qdrant] = [options.rerank ?? value('RERANK_URL'), options.qdrant ?? value('QDRANT_URL')];
  return {
    edge: address(options.edge, '--edge'),
    rerank: rerank === undefined ? undefined : address(rerank, '--rerank, RERANK_URL'),
    rerankToken: value('RERANK_TOKEN'),
    qdrant: qdrant === undefined ? undefined : address(qdrant, '--qdrant, QDRANT_URL'),
    qdrantKey: value('QDRANT_API_KEY'),
    origin: options.origin === undefined ? undefined : address(options.origin, '--origin').origin,
    key: credential(options.key ?? value('SEARCH_KEY')),
    query: options.query,
    exposed: file?.exposed ?? [],
  };
}

/** An address whose path ends with a slash, so that paths can be resolved against it. */
function address(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new AppError('argument_invalid', `${what}: "${text}" is not an address`, {
      hint: 'write it with its scheme, such as https://search.example.org',
    });
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** @throws AppError `argument_invalid`, which does not repeat what could be a secret. */
function credential(given: string | undefined): string | undefined {
  if (given === undefined || isKey(given) || isToken(given)) return given;
  throw new AppError('argument_invalid', '--key, SEARCH_KEY: this is neither a key nor a token', {
    hint: 'a key is pk_… or sk_… as `gsmn keys create` printed it, a token what `gsmn keys token` prints',
  });
}

const varsSchema = z.record(z.string(), z.unknown()).optional();
const wranglerSchema = z.object({
  vars: varsSchema,
  env: z.record(z.string(), z.object({ vars: varsSchema })).optional(),
});

async function readVariables(
  file: string,
  environment: string | undefined,
): Promise<{ readonly variables: Variables; readonly exposed: readonly string[] }> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('file_unreadable', `${file} cannot be read: ${fileReason(cause)}`, { cause });
  });
  if (!/\.jsonc?$/.test(file)) {
    if (environment !== undefined) {
      throw new AppError('argument_invalid', `--env: ${file} has no environments`, {
        hint: 'environments are those of a wrangler.jsonc',
      });
    }
    return { variables: parseEnv(text), exposed: [] };
  }
  const wrangler = wranglerSchema.safeParse(parseJson(text, file));
  if (!wrangler.success) {
    throw new AppError('format_invalid', `${file}: ${z.prettifyError(wrangler.error)}`, {
      hint: 'it is read as a wrangler.jsonc with "vars"',
    });
  }
  const named = environment === undefined ? wrangler.data : wrangler.data.env?.[environment];
  if (named === undefined) {
    const known = Object.keys(wrangler.data.env ?? {});
    throw new AppError('argument_invalid', `--env: ${file} has no environment ${environment}`, {
      hint: known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`,
    });
  }
  const entries = Object.entries(named.vars ?? {}).map(([name, value]) => [name, String(value)] as const);
  return {
    variables: Object.fromEntries(entries),
    exposed: SECRETS.filter((name) => entries.some(([variable, value]) => variable === name && value !== '')),
  };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(stripJsonComments(text, { trailingCommas: true }));
  } catch (cause) {
    throw new AppError('format_invalid', `${file} is not JSON with comments: ${(cause as Error).message}`, {
      cause,
    });
  }
}
