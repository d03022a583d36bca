import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { type AllowedOrigins, readHosts, readOrigins } from '../../shared/http/index.ts';
import {
  readTracing,
  TRACING_VARIABLES,
  type TracingSettings,
} from '../../shared/observe/tracing-settings.ts';
import { type KeyNamespace, type KeyStore, listedKeys, namespaceKeys } from './keys/key-store.ts';

const address = z.url({ protocol: /^https?$/ });
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).max(60_000).default(fallback);

/** The worker's variables and secrets; docs/configuration.md lists them for users. */
const environmentSchema = z.object({
  /** Address of the rerank service. */
  RERANK_URL: address,
  /** Service token of the rerank service. */
  RERANK_TOKEN: z.string().optional(),
  /** Address of Qdrant, or of `qdrant-local`. */
  QDRANT_URL: address,
  QDRANT_API_KEY: z.string().optional(),
  /** Where `/images/NAME` comes from; without it there is no such path. */
  IMAGES_URL: address.optional(),
  /** The widths that IMAGES_URL serves with `?w=WIDTH`, separated by commas or spaces. */
  IMAGES_WIDTHS: z
    .string()
    .regex(/^\s*\d{1,5}(?:[\s,]+\d{1,5})*\s*$/, 'must be numbers of pixels')
    .optional(),
  /** Sentences to try on the page: `|` between sentences, `||` between groups. */
  PAGE_EXAMPLES: z.string().optional(),
  /** What the page says about the images, as text. */
  PAGE_NOTE: z.string().optional(),
  /** A publishable key for the own pages. */
  PAGE_KEY: z
    .string()
    .regex(/^pk_[\w-]{43}$/, 'is no publishable key: everyone can read it in the page')
    .optional(),
  /** Signs the addresses of image files where callers need keys. */
  IMAGE_SECRET: z.string().min(32).optional(),
  /** Other origins whose pages may call the API, separated by commas or spaces; `*` for all, absent for none. */
  ALLOWED_ORIGINS: z.string().optional(),
  /** Hosts that requests may name, separated by commas or spaces; any if absent. */
  ALLOWED_HOSTS: z.string().optional(),
  /** Budgets of the stages of a search, in milliseconds. */
  ENCODE_TIMEOUT_MS: milliseconds(3000),
  RECALL_TIMEOUT_MS: milliseconds(3000),
  RERANK_TIMEOUT_MS: milliseconds(1500),
  EXHAUSTIVE_TIMEOUT_MS: milliseconds(20_000),
  /** How long a search may wait for its turn while others are under way. The default is chosen: as long as a page may seem to think. */
  SEARCH_WAIT_MS: milliseconds(2000),
  IMAGES_TIMEOUT_MS: milliseconds(10_000),
  /** The largest image file that somebody may search with, in MiB; 0 takes none. An isolate holds four of them at once. */
  QUERY_IMAGE_MB: z.coerce.number().int().min(0).max(16).default(8),
  /** For such a file: how long it may take to arrive, and then to be encoded. */
  QUERY_IMAGE_TIMEOUT_MS: milliseconds(15_000),
  /** The largest query model that the worker loads to encode queries itself, in MiB; 0 leaves all encoding to the reranker. */
  QUERY_MODEL_MB: z.coerce.number().int().min(0).max(1024).default(64),
  /** How long browsers and caches may keep a complete answer, in seconds. */
  CACHE_SECONDS: z.coerce.number().int().min(0).max(86_400).default(60),
  /** Memory of an isolate for complete answers, in MiB; 0 keeps none, here or in the data centre. */
  CACHE_MEMORY_MB: z.coerce.number().int().min(0).max(64).default(16),
  /** How long the active generation is taken as known, in seconds. */
  CACHE_CHECK_SECONDS: z.coerce.number().int().min(0).max(3600).default(5),
  /** How much longer answers of it are sent while that is asked in the background, in seconds. */
  CACHE_STALE_SECONDS: z.coerce.number().int().min(0).max(86_400).default(30),
  /** Share of the searches whose queries are logged; 0 logs none. */
  QUERY_LOG_SAMPLE: z.coerce.number().min(0).max(1).default(0),
  /** What callers of `/metrics` send; without it there is no such path. */
  METRICS_TOKEN: z.string().min(16, 'needs 16 characters or more').optional(),
});

/** Names of all variables. */
export const VARIABLES: readonly string[] = [...Object.keys(environmentSchema.shape), ...TRACING_VARIABLES];

export interface EdgeConfiguration {
  readonly rerank: { readonly url: string; readonly token: string | undefined };
  readonly qdrant: { readonly url: string; readonly apiKey: string | undefined };
  readonly imagesUrl: string | undefined;
  /** Widths that the images are served in. */
  readonly imageWidths: readonly number[];
  /** What the page says about the images. */
  readonly page: {
    readonly examples: string | undefined;
    readonly note: string | undefined;
    /** A publishable key. */
    readonly key: string | undefined;
  };
  /** The keys that callers need; undefined if everybody may search. */
  readonly keys: { readonly store: KeyStore; readonly imageSecret: string | undefined } | undefined;
  /** Whose pages may call the API, besides our own. */
  readonly allowedOrigins: AllowedOrigins;
  /** Hosts that requests may name; any if undefined. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Milliseconds a stage may take. */
  readonly budgets: {
    readonly encode: number;
    readonly recall: number;
    readonly rerank: number;
    readonly exhaustive: number;
    /** Before a search begins. */
    readonly wait: number;
    readonly images: number;
    /** For an image file to arrive, and then to be encoded. */
    readonly queryImage: number;
  };
  readonly cacheSeconds: number;
  /** Answers that are kept at the edge. */
  readonly answers: {
    readonly bytes: number;
    /** Milliseconds; `Freshness` of workers/edge/cache. */
    readonly freshMs: number;
    readonly staleMs: number;
  };
  /** The largest image file that somebody may search with, in bytes; 0 for none. */
  readonly queryImageBytes: number;
  /** The largest query model that is loaded, in bytes. */
  readonly queryModelBytes: number;
  readonly metricsToken: string | undefined;
  /** Share of the searches whose queries are logged, 0 to 1. */
  readonly queryLogSample: number;
  /** Undefined if nothing is traced. */
  readonly tracing: TracingSettings | undefined;
}

/** Checks the bindings from Workers. Throws `config_invalid`, which names every wrong variable. */
export function readEnvironment(bindings: Readonly<Record<string, unknown>>): EdgeConfiguration {
  // An unset variable is an empty string in a shell.
  const set = Object.fromEntries(Object.entries(bindings).filter(([, value]) => value !== ''));
  const result = environmentSchema.safeParse(set);
  if (!result.success) {
    const wrong = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new AppError('config_invalid', `the edge worker's variables are wrong: ${wrong.join('; ')}`, {
      hint: 'Set them in infra/wrangler/wrangler.jsonc, or with `wrangler secret put`.',
    });
  }
  const env = result.data;
  return {
    rerank: { url: env.RERANK_URL, token: env.RERANK_TOKEN },
    qdrant: { url: env.QDRANT_URL, apiKey: env.QDRANT_API_KEY },
    imagesUrl: env.IMAGES_URL,
    imageWidths: (env.IMAGES_WIDTHS?.match(/\d+/g) ?? []).map(Number),
    page: { examples: env.PAGE_EXAMPLES, note: env.PAGE_NOTE, key: env.PAGE_KEY },
    keys: keysOf(bindings, env),
    allowedOrigins: readOrigins(env.ALLOWED_ORIGINS ?? '', 'ALLOWED_ORIGINS'),
    allowedHosts: env.ALLOWED_HOSTS === undefined ? undefined : readHosts(env.ALLOWED_HOSTS, 'ALLOWED_HOSTS'),
    budgets: {
      encode: env.ENCODE_TIMEOUT_MS,
      recall: env.RECALL_TIMEOUT_MS,
      rerank: env.RERANK_TIMEOUT_MS,
      exhaustive: env.EXHAUSTIVE_TIMEOUT_MS,
      wait: env.SEARCH_WAIT_MS,
      images: env.IMAGES_TIMEOUT_MS,
      queryImage: env.QUERY_IMAGE_TIMEOUT_MS,
    },
    cacheSeconds: env.CACHE_SECONDS,
    answers: {
      bytes: env.CACHE_MEMORY_MB * 2 ** 20,
      freshMs: env.CACHE_CHECK_SECONDS * 1000,
      staleMs: env.CACHE_STALE_SECONDS * 1000,
    },
    queryImageBytes: env.QUERY_IMAGE_MB * 2 ** 20,
    queryModelBytes: env.QUERY_MODEL_MB * 2 ** 20,
    metricsToken: env.METRICS_TOKEN,
    queryLogSample: env.QUERY_LOG_SAMPLE,
    tracing: readTracing(bindings),
  };
}

/** Keys are needed as soon as one of the bindings is there, whatever is in it: a mistake must not open the search. */
function keysOf(
  { SEARCH_KEYS: listed, KEYS: namespace }: Readonly<Record<string, unknown>>,
  { IMAGES_URL: images, IMAGE_SECRET: imageSecret }: z.output<typeof environmentSchema>,
): EdgeConfiguration['keys'] {
  if (listed === undefined && namespace === undefined) return undefined;
  if (listed !== undefined && namespace !== undefined) {
    throw new AppError('config_invalid', 'SEARCH_KEYS and KEYS are two places for keys', {
      hint: 'Keep a few keys in SEARCH_KEYS, or all in the KV namespace KEYS.',
    });
  }
  if (images !== undefined && imageSecret === undefined) {
    throw new AppError(
      'config_invalid',
      'IMAGE_SECRET is missing: with keys, addresses of images are signed',
      {
        hint: 'Set it to at least 32 random characters: `openssl rand -base64 32 | npx wrangler secret put IMAGE_SECRET`.',
      },
    );
  }
  const store =
    namespace === undefined ? listedKeys(listed, 'SEARCH_KEYS') : namespaceKeys(namespace as KeyNamespace);
  return { store, imageSecret };
}
