/** The edge worker, seen from outside: as a page and its visitors see it. */
import { z } from 'zod';
import { problemSchema, type SearchResponse, searchResponseSchema } from '../../shared/schema/index.ts';
import { type Answer, answered, ask } from './ask.ts';
import { type Check, checksOf } from './check.ts';
import type { Deployment } from './deployment.ts';
import { callerHeaders, checkKey } from './key-checks.ts';
import { clockCheck, isLoopback, tlsCheck, versionCheck } from './service-checks.ts';

const { ok, warning, failed, skipped } = checksOf('edge');

/** The search, as the widget asks it. */
const SEARCH = 'v1/search';
const searchFor = (query: string): string => `${SEARCH}?${new URLSearchParams({ q: query })}`;

const healthSchema = z.object({
  status: z.literal('ok'),
  version: z.string().optional(),
  rateLimited: z.boolean().optional(),
});

export interface EdgeFindings {
  readonly checks: readonly Check[];
  /** The answer to the search, if there was one. */
  readonly answer: SearchResponse | undefined;
}

export async function checkEdge(deployment: Deployment, signal?: AbortSignal): Promise<EdgeFindings> {
  const { edge, exposed } = deployment;
  const secrets = exposed.map((name) =>
    failed(
      'secrets',
      `${name} is a plain variable, which everyone can read who sees the file or the dashboard`,
      `Remove it from "vars", change it, and set it by \`wrangler secret put ${name}\`.`,
    ),
  );
  const tls = await tlsCheck('edge', edge, undefined);
  const health = await ask(edge, 'healthz', {}, signal);
  if (!answered(health)) {
    return { checks: [failed('reachable', health.reason, health.fix), tls, ...secrets], answer: undefined };
  }
  const said = healthSchema.safeParse(health.json).data;
  if (health.status !== 200 || said === undefined) {
    return { checks: [notHealthy(health), tls, ...secrets], answer: undefined };
  }
  const keyed = await checkKey(deployment, signal);
  const { checks, answer } = await checkSearch(deployment, signal);
  return {
    checks: [
      ok('reachable', `answers in ${health.milliseconds} ms`),
      tls,
      ...secrets,
      versionCheck('edge', said.version),
      clockCheck('edge', health),
      limiterCheck(said.rateLimited, edge),
      ...keyed,
      ...checks,
      await corsCheck(deployment, signal),
    ],
    answer,
  };
}

function notHealthy({ status, headers, json }: Answer): Check {
  const location = headers.get('location');
  if (location !== null) {
    return failed('reachable', `redirects to ${location}`, 'Name the address at which it ends.');
  }
  const problem = problemSchema.safeParse(json).data;
  if (problem?.code === 'host_refused') {
    return failed(
      'reachable',
      'refuses this name (421)',
      'Add the name to ALLOWED_HOSTS (`gsmn start --allow-host`), or leave ALLOWED_HOSTS empty.',
    );
  }
  if (problem !== undefined && status === 500) {
    return failed(
      'reachable',
      'answers 500: its variables are wrong',
      'Its log names the wrong ones (`npx wrangler tail`); docs/configuration.md lists them all.',
    );
  }
  return failed(
    'reachable',
    `/healthz answers ${status}, and not as the edge worker does`,
    'Another program answers at this address: check the route of the worker, and the path in --edge.',
  );
}

function limiterCheck(limited: boolean | undefined, edge: URL): Check {
  if (limited) return ok('rate limiter', 'bound');
  const found = 'searches per address are not limited';
  return isLoopback(edge.hostname)
    ? ok('rate limiter', `none needed on loopback: ${found}`)
    : warning(
        'rate limiter',
        found,
        'Bind RATE_LIMITER (`ratelimits` in wrangler.jsonc); of a server of your own, limit requests in the proxy.',
      );
}

/** What a failed search means for who operates it. */
const SEARCH_FIXES: Readonly<Record<string, string>> = {
  encode_unavailable:
    'The reranker does not encode for it: see the checks of the reranker, and whether RERANK_URL and RERANK_TOKEN of the edge are those.',
  recall_unavailable:
    'Qdrant does not answer it: see the checks of Qdrant, and whether QDRANT_URL and QDRANT_API_KEY of the edge are those.',
  rerank_unavailable: 'The reranker does not rank for it: see the checks of the reranker.',
  generation_missing:
    'The reranker has no active generation: `gsmn index build`, or `gsmn index activate ID`.',
  generation_stale: 'The index is being replaced: check again in a minute.',
  overloaded: 'Too many searches for this reranker: raise --concurrency, or run it on a faster machine.',
  timeout: 'A service is slow: `Server-Timing` of a search says which; see RERANK_TIMEOUT_MS.',
  rate_limited: 'This address has searched too often: check again in a minute.',
  unauthorized: 'It asks for a key: see the check of the key.',
  origin_refused: 'This caller may not search: see the check of the key.',
  config_invalid: 'The filter of the key does not fit the index: see the check of the key.',
};

async function checkSearch(deployment: Deployment, signal: AbortSignal | undefined): Promise<EdgeFindings> {
  const { edge, query } = deployment;
  const asked = await ask(edge, searchFor(query), { headers: callerHeaders(deployment) }, signal);
  if (!answered(asked)) return { checks: [failed('search', asked.reason, asked.fix)], answer: undefined };
  const answer = searchResponseSchema.safeParse(asked.json).data;
  if (asked.status !== 200 || answer === undefined) {
    const problem = problemSchema.safeParse(asked.json).data;
    const found = `answers ${asked.status}${problem === undefined ? '' : ` ${problem.code}: ${problem.detail}`}`;
    const fix =
      SEARCH_FIXES[problem?.code ?? ''] ??
      `The log has the reason, with request ${problem?.requestId ?? 'id'}.`;
    return { checks: [failed('search', found, fix)], answer: undefined };
  }
  const timing = `${answer.hits.length} hits in ${asked.milliseconds} ms`;
  const search = answer.degraded
    ? failed(
        'search',
        `is degraded (${answer.degraded.code}): ${answer.degraded.message}`,
        SEARCH_FIXES[answer.degraded.code],
      )
    : answer.hits.length === 0
      ? warning('search', `finds nothing for "${query}"`, 'Search for something that is there: --query TEXT.')
      : ok('search', timing);
  return {
    checks: [
      search,
      await etagCheck(deployment, asked, answer, signal),
      await imagesCheck(edge, answer, signal),
    ],
    answer,
  };
}

async function etagCheck(
  deployment: Deployment,
  first: Answer,
  { degraded }: SearchResponse,
  signal: AbortSignal | undefined,
): Promise<Check> {
  if (degraded) return skipped('ETag', 'a degraded answer has none');
  const fix =
    'Let what is in front of the worker pass ETag, If-None-Match and Cache-Control on, and not rewrite bodies.';
  const tag = first.headers.get('etag');
  if (tag === null) return warning('ETag', 'a complete answer has none', fix);
  const headers = { ...callerHeaders(deployment), 'if-none-match': tag };
  const again = await ask(deployment.edge, searchFor(deployment.query), { headers }, signal);
  if (!answered(again)) return failed('ETag', again.reason, again.fix);
  return again.status === 304
    ? ok('ETag', 'the same answer again is 304')
    : warning('ETag', `the same answer again is ${again.status}, not 304`, fix);
}

async function imagesCheck(
  edge: URL,
  { hits }: SearchResponse,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const address = hits.find(({ image }) => image.url !== undefined)?.image.url;
  if (address === undefined) return skipped('images', 'no hit names an image file');
  // As the widget resolves it: against the address of the search.
  const url = new URL(address, new URL(SEARCH, edge));
  const asked = await ask(url, '', {}, signal);
  if (!answered(asked)) return failed('images', asked.reason, asked.fix);
  const type = asked.headers.get('content-type') ?? '';
  if (asked.status === 200 && type.startsWith('image/')) return ok('images', `${url.pathname} is ${type}`);
  return failed(
    'images',
    `${url.href} answers ${asked.status}${type === '' ? '' : `, ${type}`}`,
    'Set IMAGES_URL to where the image files are, or build the index with --images-url.',
  );
}

async function corsCheck(deployment: Deployment, signal: AbortSignal | undefined): Promise<Check> {
  const { edge, origin, query, key } = deployment;
  if (origin === undefined) {
    return skipped(
      'CORS',
      'no page was named',
      'Pass --origin https://www.example.org, the site that embeds the search.',
    );
  }
  if (edge.origin === origin) return ok('CORS', 'not needed: the page has the origin of the search');
  const sent = key === undefined ? 'content-type' : 'authorization, content-type';
  const preflight = await ask(
    edge,
    SEARCH,
    {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': sent,
      },
    },
    signal,
  );
  if (!answered(preflight)) return failed('CORS', preflight.reason, preflight.fix);
  const headers = { ...callerHeaders(deployment), origin };
  const asked = await ask(edge, searchFor(query), { headers }, signal);
  if (!answered(asked)) return failed('CORS', asked.reason, asked.fix);
  for (const [what, { status, headers: answer }] of [
    ['preflight', preflight],
    ['search', asked],
  ] as const) {
    const allowed = answer.get('access-control-allow-origin');
    if (allowed === '*' || allowed === origin) continue;
    return failed(
      'CORS',
      `the ${what} of a page of ${origin} is refused (${status})`,
      `Add ${origin} to ALLOWED_ORIGINS (\`gsmn start --allow-origin\`).`,
    );
  }
  if (asked.status === 403) {
    return failed(
      'CORS',
      `the search of a page of ${origin} is refused: the key is not for it`,
      `Make a key for it: \`gsmn keys create --origin ${origin}\`.`,
    );
  }
  const lacking = lackingHeader(preflight, sent);
  if (lacking !== undefined) {
    return failed(
      'CORS',
      `pages of ${origin} may not send the header ${lacking}`,
      'Let what is in front of the worker pass OPTIONS on, and Access-Control-Allow-Headers back.',
    );
  }
  return ok('CORS', `pages of ${origin} may search`);
}

/** A header that a preflight was asked for and did not allow. Authorization must be named: `*` does not stand for it. */
function lackingHeader({ headers }: Answer, sent: string): string | undefined {
  const allowed = (headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/);
  return sent
    .split(', ')
    .find((name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')));
}
