import { Agent } from 'node:http';
import process from 'node:process';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest } from '../../support/send-request.ts';
import { ApiDocument, type OpenApiDocument, type Operation } from './api-document.ts';
import { type Asked, askedRequests, OTHER_METHODS } from './asked-requests.ts';
import { bodyOfAddress, eventsOf, isStream, sameBody, sameHeaders } from './compare-answers.ts';
import { FOUND } from './found.ts';
import { knownValues, type RunningSearch, SEARCHES, startSearch } from './running-search.ts';
import type { Known } from './schema-values.ts';

/** How many requests are sent at least. */
const REQUESTS = Number(process.env.API_REQUESTS || 1500);
/** What they are; by default a new seed, which a failure shows. */
const SEED = process.env.API_SEED ? Number(process.env.API_SEED) : undefined;

describe.each(SEARCHES)(
  'the API as its document describes it, $name',
  { timeout: 60_000 + REQUESTS * 200 },
  ({ make, share }) => {
    let search: RunningSearch;
    let document: ApiDocument;
    let described: OpenApiDocument;
    let known: Known;
    /** What may be sent as Authorization; none if nothing is needed. */
    let credentials: readonly string[] = [];
    let sent = 0;
    const requests = Math.ceil(REQUESTS * share);
    const agent = new Agent({ keepAlive: true });

    beforeAll(async () => {
      const made = await make();
      credentials = made.credentials;
      search = await startSearch(made.vars);
      const [authorization] = credentials;
      const headers = authorization === undefined ? {} : { authorization };
      const json = async (path: string) =>
        JSON.parse((await send({ method: 'GET', path, headers })).body) as unknown;
      described = (await json('/openapi.json')) as OpenApiDocument;
      document = new ApiDocument(described);
      // The first searches are encoded by the reranker; then the worker has its model.
      for (let at = 0; at < 20; at++) await json(`/v1/search?q=a+dog&limit=${at + 1}`);
      known = await knownValues(json);
    });
    afterAll(async () => {
      agent.destroy();
      await search.close();
    });

    function send({
      method,
      path,
      headers,
      body,
    }: Pick<Asked, 'method' | 'path'> & Partial<Asked>): Promise<Answer> {
      sent++;
      if (body === undefined)
        return sendRequest(search.url, { method, path, agent, headers: { ...headers } });
      const bytes = Buffer.from(body, 'latin1');
      return sendRequest(search.url, {
        method,
        path,
        agent,
        // Node names it for some methods only.
        headers: { ...headers, 'content-length': bytes.length },
        write: (outgoing) => void outgoing.write(bytes),
      });
    }

    const operationOf = (name: string): Operation => {
      const found = document.operations.find((operation) => operation.name === name);
      if (found === undefined) throw new Error(`the document has no ${name}`);
      return found;
    };

    /** Any request for any operation, of a caller who may ask or of one who may not. */
    function anyRequest(): fc.Arbitrary<Asked> {
      const any = fc.oneof(
        ...document.operations.map((operation) => askedRequests(operation, document, known)),
      );
      if (credentials.length === 0) return any;
      return fc
        .tuple(any, fc.option(fc.constantFrom(...credentials), { freq: 5 }))
        .map(([asked, credential]) => {
          if (credential === null) return { ...asked, verdict: 'refused' };
          const { 'x-search-key': _, ...headers } = asked.headers;
          return { ...asked, headers: { ...headers, authorization: credential } };
        });
    }

    const assertAll = (
      check: (asked: Asked) => Promise<void>,
      runs: number,
      examples: readonly Asked[] = [],
    ) =>
      fc.assert(fc.asyncProperty(anyRequest(), check), {
        numRuns: runs,
        ...(SEED === undefined ? {} : { seed: SEED }),
        examples: examples.map((asked): [Asked] => [asked]),
        // Nobody waits for the very smallest request that fails.
        interruptAfterTimeLimit: 30_000 + REQUESTS * 100,
      });

    function expectProblem({ status, headers, body }: Answer): void {
      const problem = JSON.parse(body) as Record<string, unknown>;
      expect(document.schemaFault('Problem', problem)).toBeUndefined();
      expect(problem.status).toBe(status);
      expect(problem.type).toBe(`urn:gsmn:problem:${String(problem.code).replaceAll('_', '-')}`);
      expect(problem.requestId).toBe(headers['x-request-id']);
      for (const text of [problem.title, problem.detail, problem.hint]) expect(text).toMatch(/\S/);
      expect(headers['cache-control']).toBe('no-store');
    }

    function expectDescribed(asked: Asked, answer: Answer): void {
      const { status, headers, body } = answer;
      expect(status, body).toBeLessThan(500);
      const operation = operationOf(asked.operation);
      expect(document.fault(operation, status, headers['content-type'], body)).toBeUndefined();
      if (status >= 400) expectProblem(answer);
      if (asked.verdict === 'taken') expect([200, 304], body).toContain(status);
      if (asked.verdict === 'refused') expect(status, body).toBeGreaterThanOrEqual(400);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-request-id']).toMatch(/^[\w=-]{1,100}$/);
      for (const event of eventsOf(answer)) {
        expect(
          document.schemaFault(event.name === 'problem' ? 'Problem' : 'SearchResponse', event.data),
        ).toBeUndefined();
      }
    }

    async function expectSameAsHead(asked: Asked, answer: Answer): Promise<void> {
      const head = await send({ ...asked, method: 'HEAD' });
      expect([head.status, head.body]).toEqual([answer.status, '']);
      // HEAD has the headers of the whole answer.
      if (!isStream(answer)) expect(sameHeaders(head)).toEqual(sameHeaders(answer));
    }

    async function expectUnchanged(asked: Asked, { status, headers: { etag } }: Answer): Promise<void> {
      if (etag === undefined || status !== 200) return;
      const answer = await send({ ...asked, headers: { ...asked.headers, 'if-none-match': etag } });
      expect([answer.status, answer.body, answer.headers.etag]).toEqual([304, '', etag]);
      expect(
        document.fault(operationOf(asked.operation), 304, answer.headers['content-type'], ''),
      ).toBeUndefined();
    }

    /** The same search by POST, and on the page for those who have no JavaScript. */
    async function expectSameElsewhere(asked: Asked, answer: Answer): Promise<void> {
      const { status, body } = answer;
      const page = await send({ ...asked, path: asked.path.replace('/v1/search', '/search') });
      expect(page.headers['content-type']).toMatch(/^text\/html/);
      const query = new URLSearchParams(asked.path.split('?')[1]);
      // Without a sentence it is an empty page.
      if (query.get('q')?.trim()) expect(page.status, page.body).toBe(status === 304 ? 200 : status);
      const post = bodyOfAddress(query);
      if (asked.verdict === 'refused' || post === undefined) return;
      const { accept: _, ...headers } = asked.headers;
      const posted = await send({
        method: 'POST',
        path: '/v1/search',
        headers: { ...headers, 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(post)).toString('latin1'),
      });
      expect(posted.status, posted.body).toBe(status === 304 ? 200 : status);
      if (status === 304 || isStream(answer)) return;
      const [here, there] = [posted.body, body].map((json) => JSON.parse(json) as { code?: string });
      if (status === 200) expect(here).toEqual(there);
      else expect(here?.code).toBe(there?.code);
    }

    it('is a valid OpenAPI document', async () => {
      const { valid, errors } = await new Validator().validate(described as never);
      expect([valid, errors]).toEqual([true, undefined]);
    });

    it('answers every request as described, the same twice, and the same by other ways', async () => {
      const check = async (asked: Asked) => {
        const answer = await send(asked);
        expectDescribed(asked, answer);
        const again = await send(asked);
        expect([again.status, sameHeaders(again)]).toEqual([answer.status, sameHeaders(answer)]);
        expect(sameBody(again)).toBe(sameBody(answer));
        if (asked.method !== 'GET') return;
        await expectSameAsHead(asked, answer);
        await expectUnchanged(asked, answer);
        if (asked.operation === 'GET /v1/search') await expectSameElsewhere(asked, answer);
      };
      await assertAll(check, Math.ceil(requests / 2.5), credentials.length === 0 ? FOUND : []);
    });

    it('has no other methods', async () => {
      const check = async (asked: Asked) => {
        const { methods } = operationOf(asked.operation);
        for (const method of OTHER_METHODS.filter((one) => !methods.includes(one))) {
          const answer = await send({ ...asked, method });
          if (method === 'OPTIONS') expect(answer.status).toBe(204);
          else expectNoMethod(asked, answer, methods);
        }
      };
      await assertAll(check, Math.ceil(requests / 100));
    });

    function expectNoMethod({ verdict }: Asked, answer: Answer, methods: readonly string[]): void {
      // A caller without a key learns no more than that, and an address that cannot be read is refused before its path is looked up.
      expect(verdict === 'refused' ? [400, 401, 405] : [405], answer.body).toContain(answer.status);
      expectProblem(answer);
      if (answer.status !== 405) return;
      expect(answer.headers.allow?.split(', ').filter((method) => method !== 'HEAD')).toEqual(methods);
    }

    it('was asked as often as it should be', () => {
      expect(sent).toBeGreaterThanOrEqual(requests);
    });
  },
);
