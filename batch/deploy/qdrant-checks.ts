/** Qdrant, asked directly. */
import { z } from 'zod';
import { AppError, toAppError } from '../../shared/errors/index.ts';
import type { GenerationResponse } from '../../shared/schema/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { answered, ask } from './ask.ts';
import { type Check, checksOf } from './check.ts';
import type { Deployment } from './deployment.ts';
import { clockCheck, isLoopback, tlsCheck } from './service-checks.ts';

const { ok, warning, failed, skipped } = checksOf('Qdrant');

const aboutSchema = z.object({ title: z.string(), version: z.string() });

/** What only a key may see. */
const COLLECTIONS = 'collections';

/** The version from which on everything that is asked is known. */
const LEAST_VERSION = [1, 10] as const;

/** @param generation that the reranker serves, whose collection is looked at */
export async function checkQdrant(
  { qdrant, qdrantKey }: Deployment,
  generation: GenerationResponse | undefined,
  signal?: AbortSignal,
): Promise<readonly Check[]> {
  if (qdrant === undefined) {
    const fix =
      'Pass --qdrant URL (and QDRANT_API_KEY in the environment) where it can be reached from here.';
    return [skipped('reachable', 'its address is not known', fix)];
  }
  const tls = await tlsCheck('Qdrant', qdrant, 'its key');
  const headers: Record<string, string> = qdrantKey === undefined ? {} : { 'api-key': qdrantKey };
  const about = await ask(qdrant, '', { headers }, signal);
  if (!answered(about)) return [failed('reachable', about.reason, about.fix), tls];
  const said = aboutSchema.safeParse(about.json).data;
  const isRefused = about.status === 401 || about.status === 403;
  if (said === undefined && !isRefused) {
    const fix =
      'Another program answers at this address: check QDRANT_URL. Qdrant listens on port 6333 by default.';
    return [failed('reachable', `answers ${about.status}, and not as a Qdrant does`, fix), tls];
  }
  const keyed = await keyCheck(qdrant, headers, signal);
  return [
    ok('reachable', `answers in ${about.milliseconds} ms`),
    tls,
    clockCheck('Qdrant', about),
    ...(said === undefined ? [] : [versionCheck(said.version)]),
    keyed,
    ...(keyed.state === 'failed' ? [] : [await collectionCheck(qdrant, qdrantKey, generation, signal)]),
  ];
}

function versionCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_VERSION;
  const isKnown = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return isKnown
    ? ok('version', version)
    : warning('version', `${version} is old`, `Update it to ${LEAST_VERSION.join('.')} or newer.`);
}

async function keyCheck(
  qdrant: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const asked = await ask(qdrant, COLLECTIONS, { headers }, signal);
  if (!answered(asked)) return failed('key', asked.reason, asked.fix);
  const given = 'api-key' in headers;
  if (asked.status === 401 || asked.status === 403) {
    return failed(
      'key',
      given ? 'the key is wrong' : 'it asks for a key, and none is given here',
      'Set QDRANT_API_KEY to a key that may read, in the edge worker and in the environment of this command.',
    );
  }
  if (!given) {
    return isLoopback(qdrant.hostname)
      ? ok('key', 'none needed on loopback')
      : failed(
          'key',
          'everyone who reaches it may change it',
          'Start it with a key (docs/qdrant-server.md).',
        );
  }
  const bare = await ask(qdrant, COLLECTIONS, {}, signal);
  return answered(bare) && bare.status === 200
    ? failed(
        'key',
        'it answers without a key, although one is set here',
        'Start it with a key (docs/qdrant-server.md).',
      )
    : ok('key', 'taken, and needed');
}

async function collectionCheck(
  qdrant: URL,
  apiKey: string | undefined,
  generation: GenerationResponse | undefined,
  signal: AbortSignal | undefined,
): Promise<Check> {
  if (generation === undefined) {
    return skipped(
      'collection',
      'the reranker did not tell which',
      'Let the checks of the reranker succeed first.',
    );
  }
  const { collection, images } = generation;
  try {
    const info = await createQdrantStore({ url: qdrant.href, apiKey, retries: 0 }).collectionInfo(
      collection,
      {
        signal,
      },
    );
    if (info === undefined) {
      return failed(
        'collection',
        `${collection}, of the active generation, is missing`,
        'Send its points: `gsmn index build` again, with this --qdrant. Does the edge use another Qdrant?',
      );
    }
    if (info.points !== images) {
      return failed(
        'collection',
        `${collection} has ${info.points} points, and its generation ${images} images`,
        '`gsmn index build` again sends what is missing; `gsmn index verify` compares every point.',
      );
    }
    if (info.status !== 'green') {
      return warning(
        'collection',
        `${collection} is ${info.status}${info.problem === undefined ? '' : `: ${info.problem}`}`,
        'Yellow becomes green by itself; grey: `gsmn index build` again wakes it; red: see the log of Qdrant.',
      );
    }
    return ok('collection', `${collection} has ${images} points`);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (signal?.aborted) throw new AppError('cancelled', 'the check was stopped', { cause: thrown });
    return failed('collection', error.message, error.hint ?? 'See the log of Qdrant.');
  }
}
