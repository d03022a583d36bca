import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sourceFiles } from './source-files.ts';

const root = resolve(import.meta.dirname, '../..');
const names = z.record(z.string(), z.string());
const { dependencies, devDependencies, peerDependencies } = z
  .object({ dependencies: names, devDependencies: names, peerDependencies: names })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

/** What `npm start` builds with, which it installs beside the dependencies. */
const [, named = ''] =
  /const builds = \[([^\]]*)\]/.exec(readFileSync(join(root, 'infra/bootstrap.mjs'), 'utf8')) ?? [];
const builds = [...named.matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '');

/** Set up by a command of its own, which installs everything. */
const APART = ['@tensorflow/tfjs-node-gpu'];

/** The package of a specifier: a name, or a name within a scope. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The files of `infra` that `npm start` runs: those that others import. */
function infraThatRuns() {
  const files = new Map(sourceFiles('infra').map((file) => [file.path, file]));
  const waiting = sourceFiles('batch', 'workers').flatMap(({ imports }) => imports);
  const found = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = files.get(path);
    if (file === undefined || found.has(path)) continue;
    found.add(path);
    waiting.push(...file.imports);
  }
  return [...files.values()].filter(({ path }) => found.has(path));
}

describe('the packages that npm start installs', () => {
  it('are development packages, where they are named beside the dependencies', () => {
    expect(builds.length).toBeGreaterThan(0);
    expect(Object.keys(devDependencies)).toEqual(expect.arrayContaining(builds));
  });

  it('are all that the system imports', () => {
    const infra = infraThatRuns();
    expect(infra.map(({ path }) => path)).toContain('infra/build-edge.ts');
    const files = [...sourceFiles('batch', 'shared', 'workers'), ...infra];
    // An optional peer is asked for where it is missing.
    const packages = Object.keys({ ...dependencies, ...peerDependencies });
    const installed = new Set([...packages, ...builds, ...builtinModules, ...APART]);
    const missing = files.flatMap(({ path, specifiers }) =>
      specifiers
        // Neither a file nor a module of a runtime.
        .filter((name) => /^[a-z@]/.test(name) && !/^[a-z]+:|\.ts$/.test(name))
        .filter((name) => !installed.has(packageOf(name)))
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});
