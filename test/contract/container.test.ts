import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { activateTiny, writeTinyGeneration } from '../support/tiny-generation.ts';

const ROOT = join(import.meta.dirname, '../..');
const PRODUCTION_ONLY = join(ROOT, 'test/runtime/production-packages.ts');
/** What builds, and has no place where only the services run. */
const BUILDS = [
  'wrangler',
  'workerd',
  'miniflare',
  'esbuild',
  'assemblyscript',
  'tar',
  'vite',
  'vitest',
  'typescript',
];

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly lines: readonly (readonly [instruction: string, rest: string])[];
}

const dockerfile = readFileSync(join(ROOT, 'infra/docker/gsmn.Dockerfile'), 'utf8');
const ignored = readFileSync(join(ROOT, 'infra/docker/gsmn.Dockerfile.dockerignore'), 'utf8').split('\n');
const stages = readStages(dockerfile);

function readStages(text: string): Stage[] {
  const logical = text.replace(/^#.*\n/gm, '').replaceAll('\\\n', ' ');
  return logical
    .split(/^FROM /m)
    .slice(1)
    .map((block) => {
      const [first = '', ...rest] = block.split('\n').filter((line) => line.trim() !== '');
      const [base = '', name = ''] = first.split(/ AS /);
      return {
        name,
        base,
        lines: rest.map((line) => {
          const [instruction = '', ...words] = line.split(/\s+/);
          return [instruction, words.join(' ')] as const;
        }),
      };
    });
}

function stage(name: string): Stage {
  const found = stages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the Dockerfile has no stage ${name}`);
  return found;
}

/** The last value of an instruction in a stage or the stages that it starts from. */
function instruction(name: string, wanted: string): string | undefined {
  const found = stages.find((one) => one.name === name);
  if (found === undefined) return undefined;
  const own = found.lines.findLast(([instruction]) => instruction === wanted)?.[1];
  return own ?? instruction(found.base, wanted);
}

/** The packages that the container's commands install. */
const installed = readInstalled();

function readInstalled(): string[] {
  const { packages } = z
    .object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const [, install = ''] = stage('packages').lines.find(([instruction]) => instruction === 'RUN') ?? [];
  const [command = '', ...removed] = install.split(/ && rm -rf | (?=node_modules)/);
  expect(command).toBe('npm ci --omit=dev');
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .filter(([path]) => !removed.some((folder) => path === folder || path.startsWith(`${folder}/`)))
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
}

describe('the container', () => {
  it('starts from images with a tag, each of which a build argument can pin', () => {
    const defaults = new Map(
      [...dockerfile.matchAll(/^ARG (\w+_IMAGE)=(.*)$/gm)].map(([, name, image]) => [name, image]),
    );
    expect([...defaults.values()].every((image) => /^[\w./-]+:(?!latest)[\w.-]+$/.test(image ?? ''))).toBe(
      true,
    );
    for (const { base } of stages) {
      const variable = /^\$\{(\w+)\}$/.exec(base)?.[1];
      expect(
        variable === undefined ? stages.some(({ name }) => name === base) : defaults.has(variable),
        base,
      ).toBe(true);
    }
  });

  it.each(['reranker', 'tensorflow'])(
    '%s runs as a user without rights, and is asked whether it is ready',
    (name) => {
      expect(instruction(name, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(instruction(name, 'HEALTHCHECK')).toContain('/readyz');
    },
  );

  it('copies files that are there', () => {
    for (const { name, lines } of stages)
      for (const [, rest] of lines.filter(([instruction]) => instruction === 'COPY')) {
        const words = rest.split(' ');
        const from = /^--from=(\S+)$/.exec(words[0] ?? '')?.[1];
        const sources = words.slice(from === undefined ? 0 : 1, -1);
        for (const source of sources) {
          if (from === undefined) {
            expect(existsSync(join(ROOT, source)), `${name}: ${source}`).toBe(true);
            expect(ignored, `${name}: ${source}`).toContain(`!${source}`);
            continue;
          }
          expect(stages.map(({ name }) => name)).toContain(from);
          // What a stage builds is not here; packages are.
          if (source.includes('/node_modules/'))
            expect(existsSync(join(ROOT, source.slice('/app/'.length))), source).toBe(true);
        }
      }
  });

  it('has none of the packages that build', () => {
    expect(installed).toEqual(expect.arrayContaining(['hono', '@hono/node-server', 'pino']));
    expect(
      installed.filter((name) => BUILDS.includes(name) || /^@(esbuild|typescript|cloudflare)\//.test(name)),
    ).toEqual([]);
    const runs = stage('reranker').lines.filter(([instruction]) => instruction === 'COPY');
    expect(runs.filter(([, rest]) => /node_modules/.test(rest))).toEqual([
      ['COPY', '--from=packages /app/node_modules node_modules'],
    ]);
  });

  it('leaves out what TensorFlow’s package is installed with, and nothing that its other half loads', () => {
    const copied = stage('tensorflow')
      .lines.map(([, rest]) => /node_modules\/(\S+?)(?:\/package\.json|\/dist)? node_modules/.exec(rest)?.[1])
      .filter((name) => name !== undefined);
    const dist = join(ROOT, 'node_modules/@tensorflow/tfjs-node-gpu/dist');
    const seen = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/require\(["']([^"']+)["']\)/g)) {
        if (name.startsWith('.')) follow(createRequire(file).resolve(name));
        else packages.add(name);
      }
    };
    follow(join(dist, 'nodejs_kernel_backend.js'));
    follow(join(dist, 'register_all_kernels.js'));
    const further = [...packages].filter((name) => !isBuiltin(name) && !installed.includes(name));
    expect(further).toEqual(['google-protobuf']);
    expect([...new Set(copied)].toSorted()).toEqual(['@tensorflow/tfjs-node-gpu', ...further]);
  });
});

describe('with the packages of the container alone', () => {
  let folder = '';
  const running: CommandProcess[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'container-'));
    await promisify(execFile)(process.execPath, [join(ROOT, 'infra/build-node-kernels.ts')]);
    const { id } = await writeTinyGeneration(folder);
    await activateTiny(folder, id);
  });
  afterEach(() => {
    for (const command of running.splice(0)) command.destroy();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function start(parameters: readonly string[]): CommandProcess {
    // Threads take the variable over, and so would a launched Node.
    const command = startCommandProcess(parameters, { NODE_OPTIONS: `--import=${PRODUCTION_ONLY}` });
    running.push(command);
    return command;
  }

  const check = async (port: string): Promise<unknown> => {
    const [program = '', ...parameters] = z
      .array(z.string())
      .parse(JSON.parse(instruction('reranker', 'HEALTHCHECK')?.split('CMD ')[1] ?? '[]'));
    expect(program).toBe('node');
    return promisify(execFile)(process.execPath, parameters, { env: { RERANK_PORT: port } }).then(
      () => 0,
      ({ code }: { code: unknown }) => code,
    );
  };

  it('the reranker serves, and its health check tells whether it is ready', async () => {
    const command = start(['serve', 'rerank', '--index', folder, '--port', '0']);
    const url = (await command.said(/(http:\S+)/))[1] ?? '';
    const answer = await fetch(`${url}/v1/encode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'a dog' }),
    });
    expect(answer.status).toBe(200);
    expect(await check(new URL(url).port)).toBe(0);
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
    expect(await check(new URL(url).port)).toBe(1);
  });

  it('a reranker without a generation is not ready', async () => {
    const command = start(['serve', 'rerank', '--index', join(folder, 'nothing'), '--port', '0']);
    const url = (await command.said(/(http:\S+)/))[1] ?? '';
    expect(await check(new URL(url).port)).toBe(1);
  });

  it('what needs more says so', async () => {
    const command = start(['start', '--index', folder, '--no-build']);
    expect(await command.ended).toBe(4);
    expect(command.stderr()).toContain('npm ci');
  });
});
