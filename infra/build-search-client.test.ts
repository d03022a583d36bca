import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSearchClient } from './build-search-client.ts';

const root = dirname(import.meta.dirname);
const PROGRAM = `import { createSearchClient, SearchProblem } from 'gsmn-search/search-client';
const client = createSearchClient({
  endpoint: 'https://search.example/v1/search',
  fetch: async (address) => new Response(address, { status: 503 }),
});
const problem = await client.search({ q: 'a dog' }).catch((error) => error);
console.log(problem instanceof SearchProblem, problem.status);
`;
/** The same for the compiler: it fails where a type is missing or \`any\`. */
const TYPED = `import { createSearchClient, type SearchHit } from 'gsmn-search/search-client';
export const client = createSearchClient({ endpoint: new URL('https://search.example/v1/search') });
export async function names(q: string): Promise<string[]> {
  const { hits } = await client.search({ q });
  return hits.map((hit: SearchHit) => hit.image.name);
}
// @ts-expect-error A name is a string.
export const wrong: number = (await client.search({ q: 'a' })).hits[0]?.image.name;
`;

let script = '';
let project = '';

/** A project that has the package in its node_modules as an installation leaves it: a copy, and no link to the sources. */
beforeAll(async () => {
  script = await buildSearchClient();
  project = mkdtempSync(join(tmpdir(), 'search-client-'));
  const installed = join(project, 'node_modules', 'gsmn-search');
  mkdirSync(installed, { recursive: true });
  for (const part of ['package.json', '.build/search-client'])
    cpSync(join(root, part), join(installed, part), { recursive: true });
  symlinkSync(join(root, 'node_modules', 'zod'), join(project, 'node_modules', 'zod'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'program.js'), PROGRAM);
  writeFileSync(join(project, 'typed.ts'), TYPED);
});
afterAll(() => rmSync(project, { recursive: true }));

function run(command: string, parameters: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('gsmn-search/search-client', () => {
  it('is imported by its name where it is installed', () => {
    const result = run(process.execPath, ['program.js'], project);
    expect(result).toEqual({ status: 0, stdout: 'true 503\n', stderr: '' });
  });

  it('is imported by its name from a script of this project', () => {
    const result = run(process.execPath, ['--input-type=module', '--eval', PROGRAM], root);
    expect(result).toEqual({ status: 0, stdout: 'true 503\n', stderr: '' });
  });

  it('has types, for both ways to resolve modules', () => {
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    for (const module of ['NodeNext', 'Preserve']) {
      const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2024', '--module', module];
      expect(run(tsc, [...options, '--types', '', 'typed.ts'], project)).toEqual({
        status: 0,
        stdout: '',
        stderr: '',
      });
    }
  });

  it('can be bundled', async () => {
    const { outputFiles } = await build({
      absWorkingDir: project,
      entryPoints: ['program.js'],
      bundle: true,
      format: 'esm',
      write: false,
    });
    expect(outputFiles[0]?.text).toContain('SearchProblem');
  });

  it('imports nothing, validates nothing and touches no document', () => {
    expect(script).not.toMatch(/^import|\brequire\(|_zod|\bdocument\b|\bwindow\b|\bhistory\b|node:/m);
  });

  it('stays small', async () => {
    const { code } = await transform(script, { minify: true, format: 'esm' });
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(4000);
  });
});
