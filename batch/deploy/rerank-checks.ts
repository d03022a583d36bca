/** The reranker, asked directly. */
import { z } from 'zod';
import { type GenerationResponse, generationResponseSchema } from '../../shared/schema/index.ts';
import { type Answer, answered, ask } from './ask.ts';
import { type Check, checksOf } from './check.ts';
import type { Deployment } from './deployment.ts';
import { clockCheck, isLoopback, tlsCheck, versionCheck } from './service-checks.ts';

const { ok, warning, failed, skipped } = checksOf('reranker');

const readySchema = z.object({
  ready: z.boolean(),
  active: z.string().nullable(),
  loading: z.string().nullable(),
  failure: z.object({ generation: z.string().nullable(), message: z.string() }).nullable(),
});

export interface RerankFindings {
  readonly checks: readonly Check[];
  /** The generation that it serves, if it told. */
  readonly generation: GenerationResponse | undefined;
}

export async function checkRerank(
  { rerank, rerankToken }: Deployment,
  signal?: AbortSignal,
): Promise<RerankFindings> {
  if (rerank === undefined) {
    const fix = 'Pass --rerank URL (and RERANK_TOKEN in the environment) where it can be reached from here.';
    return { checks: [skipped('reachable', 'its address is not known', fix)], generation: undefined };
  }
  const tls = await tlsCheck('reranker', rerank, 'its token');
  const ready = await ask(rerank, 'readyz', {}, signal);
  if (!answered(ready)) {
    return { checks: [failed('reachable', ready.reason, ready.fix), tls], generation: undefined };
  }
  const said = readySchema.safeParse(ready.json).data;
  if (said === undefined) {
    const fix = 'Another program answers at this address: check RERANK_URL.';
    const found = `/readyz answers ${ready.status}, and not as a reranker does`;
    return { checks: [failed('reachable', found, fix), tls], generation: undefined };
  }
  const authorization: Record<string, string> =
    rerankToken === undefined ? {} : { authorization: `Bearer ${rerankToken}` };
  const asked = await ask(rerank, 'v1/generations/active', { headers: authorization }, signal);
  const status = await ask(rerank, 'v1/status', { headers: authorization }, signal);
  const generation = answered(asked) ? generationResponseSchema.safeParse(asked.json).data : undefined;
  const isOpen = rerankToken !== undefined && (await answersWithoutToken(rerank, signal));
  return {
    checks: [
      ok('reachable', `answers in ${ready.milliseconds} ms`),
      tls,
      clockCheck('reranker', ready),
      readyCheck(said),
      answered(asked)
        ? tokenCheck(asked, rerankToken, isOpen, rerank)
        : failed('token', asked.reason, asked.fix),
      ...(answered(status) && status.status === 200 ? [versionCheck('reranker', versionOf(status))] : []),
    ],
    generation,
  };
}

function versionOf({ json }: Answer): string | undefined {
  return z.object({ version: z.string() }).safeParse(json).data?.version;
}

function readyCheck({ ready, active, loading, failure }: z.output<typeof readySchema>): Check {
  if (failure !== null) {
    return failed(
      'generation',
      `${failure.generation ?? 'the active one'} cannot be loaded: ${failure.message}${active === null ? '' : `; ${active} is served, which is older`}`,
      'Build the index again, or return to a whole generation: `gsmn index rollback`.',
    );
  }
  if (loading !== null) {
    return warning('generation', `${loading} is being loaded`, 'Wait until it is loaded, and check again.');
  }
  if (!ready) {
    return failed(
      'generation',
      'none is active',
      'Build an index where the reranker reads it (--index, RERANK_INDEX): `gsmn index build`.',
    );
  }
  return ok('generation', `${active} is loaded`);
}

function tokenCheck({ status }: Answer, token: string | undefined, isOpen: boolean, rerank: URL): Check {
  if (status === 401 || status === 403) {
    return failed(
      'token',
      token === undefined ? 'it asks for a token, and none is given here' : 'the token is wrong',
      'Set RERANK_TOKEN to the same value in reranker, edge worker and the environment of this command.',
    );
  }
  if (isOpen) {
    return failed(
      'token',
      'it answers without a token, although one is set here',
      'Start the reranker with the same RERANK_TOKEN.',
    );
  }
  if (token !== undefined) return ok('token', 'taken, and needed');
  return isLoopback(rerank.hostname)
    ? ok('token', 'none needed on loopback')
    : failed('token', 'everyone who reaches it may use it', 'Start it with a RERANK_TOKEN.');
}

async function answersWithoutToken(rerank: URL, signal: AbortSignal | undefined): Promise<boolean> {
  const asked = await ask(rerank, 'v1/status', {}, signal);
  return answered(asked) && asked.status === 200;
}
