/** The key of a deployment: whether callers need one, what the given one may do, and whether others are refused. */
import { imagePageSchema, problemSchema } from '../../shared/schema/index.ts';
import { type Answer, answered, ask } from './ask.ts';
import { type Check, checksOf } from './check.ts';
import type { Deployment } from './deployment.ts';

const { ok, warning, failed, skipped } = checksOf('edge');

/** What costs little, and tells how many images a caller may see. */
const IMAGES = 'v1/images?limit=1';
/** A page that no key is for: the name can never exist (RFC 2606). */
const ELSEWHERE = 'https://elsewhere.invalid';

const isSecret = (key: string): boolean => key.startsWith('sk_');
const isPublishable = (key: string): boolean => key.startsWith('pk_');

/** As whom the search is asked: with the key, and from the page unless the key is one of servers. */
export function callerHeaders({ key, origin }: Pick<Deployment, 'key' | 'origin'>): Record<string, string> {
  if (key === undefined) return {};
  const isOfPage = origin !== undefined && !isSecret(key);
  return { authorization: `Bearer ${key}`, ...(isOfPage ? { origin } : {}) };
}

export async function checkKey(deployment: Deployment, signal?: AbortSignal): Promise<readonly Check[]> {
  const { edge, key } = deployment;
  const bare = await ask(edge, IMAGES, {}, signal);
  if (!answered(bare)) return [failed('key', bare.reason, bare.fix)];
  const isNeeded = bare.status === 401;
  if (key === undefined) return [isNeeded ? missingKey() : ok('key', 'none is needed: everybody may search')];
  if (bare.status === 200) {
    const fix = 'Give the edge worker keys, as SEARCH_KEYS or in the namespace KEYS (docs/keys.md).';
    return [failed('key', 'everybody may search, although a key is given here', fix)];
  }
  if (!isNeeded) return [skipped('key', `without a key /${IMAGES} answers ${bare.status}, not 401`)];
  const asked = await ask(edge, IMAGES, { headers: callerHeaders(deployment) }, signal);
  if (!answered(asked)) return [failed('key', asked.reason, asked.fix)];
  return [
    asked.status === 200 ? takenKey(asked) : refusedKey(asked, deployment),
    await forgedKeyCheck(deployment, key, signal),
    ...(await pageCheck(deployment, key, signal)),
  ];
}

function missingKey(): Check {
  return failed(
    'key',
    'callers need a key, and none is given here',
    'Pass one: --key pk_…, or SEARCH_KEY in the environment. `gsmn keys create` makes one.',
  );
}

function takenKey({ json }: Answer): Check {
  const page = imagePageSchema.safeParse(json).data;
  if (page === undefined) return failed('key', `/${IMAGES} answers 200, and not as the edge worker does`);
  const [first] = page.images;
  if (first === undefined) {
    return warning(
      'key',
      'is taken and finds no image',
      'Its filter passes none: compare it with the metadata of the index, and make another key (`gsmn keys create --filter`).',
    );
  }
  const fields = Object.keys(first.metadata ?? {});
  const shown = fields.length === 0 ? 'none of their metadata' : `${fields.join(', ')} of them`;
  return ok('key', `needed and taken: it finds ${page.total} images and shows ${shown}`);
}

function refusedKey({ status, json }: Answer, { origin, key = '' }: Deployment): Check {
  const problem = problemSchema.safeParse(json).data;
  const said = problem?.detail ?? `answers ${status}`;
  switch (problem?.code) {
    case 'unauthorized':
      return failed(
        'key',
        `is refused: ${said}`,
        isSecret(key) || isPublishable(key)
          ? '`gsmn keys list` says which keys are valid; the worker must have the same ones (SEARCH_KEYS, KEYS). Its log has the reason.'
          : 'Sign a new token: `gsmn keys token`. The log of the worker has the reason.',
      );
    case 'origin_refused':
      return failed(
        'key',
        said,
        origin === undefined
          ? 'Pass --origin: a page that the key is for.'
          : `Add ${origin} to ALLOWED_ORIGINS, or make a key for it: \`gsmn keys create --origin ${origin}\`.`,
      );
    case 'rate_limited':
      return warning('key', said, 'Check again in a minute; `gsmn keys create --requests` sets the limit.');
    case 'keys_unavailable':
      return failed('key', 'keys cannot be looked up', 'Look at the namespace KEYS: the log has the reason.');
    case 'config_invalid':
      return failed(
        'key',
        'its filter does not fit the index, so that it finds nothing',
        'Declare the fields of the filter (index.schema.json) and build the index again, or make another key (`gsmn keys create --filter`).',
      );
    default:
      return failed('key', said, `The log has the reason, with request ${problem?.requestId ?? 'id'}.`);
  }
}

/** Whether a key that differs in one letter is refused. */
async function forgedKeyCheck(
  deployment: Deployment,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const headers = callerHeaders({ ...deployment, key: forged(key) });
  const asked = await ask(deployment.edge, IMAGES, { headers }, signal);
  if (!answered(asked)) return failed('forged key', asked.reason, asked.fix);
  if (asked.status === 401) return ok('forged key', 'refused');
  if (asked.status !== 200) return skipped('forged key', `answers ${asked.status}, neither 200 nor 401`);
  return failed(
    'forged key',
    'a key that nobody has is answered',
    'What is in front of the worker keeps answers whatever the key, or adds a key: let it pass Authorization on, and obey Cache-Control and Vary.',
  );
}

/** Each letter but the last ones stands for six bits of a key, or of the signature of a token. */
function forged(key: string): string {
  const at = key.length - 10;
  return `${key.slice(0, at)}${key[at] === 'A' ? 'B' : 'A'}${key.slice(at + 1)}`;
}

/** What matters if everybody can read the key in a page. */
async function pageCheck(
  deployment: Deployment,
  key: string,
  signal: AbortSignal | undefined,
): Promise<readonly Check[]> {
  const { edge, origin } = deployment;
  if (isSecret(key) && origin !== undefined) {
    const fix = `Make a publishable one: \`gsmn keys create --origin ${origin}\`. If a page ever had this one, revoke it.`;
    return [warning('key of a page', 'it is a secret key, which no page may have', fix)];
  }
  if (!isPublishable(key)) return [];
  const headers = callerHeaders({ key, origin: ELSEWHERE });
  const asked = await ask(edge, IMAGES, { headers }, signal);
  if (!answered(asked)) return [failed('key of a page', asked.reason, asked.fix)];
  if (asked.status === 403) return [ok('key of a page', 'other pages cannot use it')];
  return [
    asked.status === 200
      ? warning(
          'key of a page',
          'any page may use it',
          `Bind it: \`gsmn keys create --origin ${origin ?? 'ORIGIN'} --replaces ID\`.`,
        )
      : skipped('key of a page', `another page gets ${asked.status}`),
  ];
}
