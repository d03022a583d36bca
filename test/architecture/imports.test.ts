import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Imports go one way: a module may import its own folder and what is listed for it (docs/architecture.md). */
const ALLOWED: Record<string, readonly string[]> = {
  'shared/errors': [],
  'shared/schema': ['shared/errors'],
  'shared/model': ['shared/errors', 'shared/schema'],
  'shared/text': ['shared/errors', 'shared/schema', 'shared/model'],
  'shared/vision': ['shared/errors', 'shared/schema', 'shared/model'],
  'shared/formats': ['shared/errors', 'shared/schema', 'shared/model'],
  'shared/retrieval': ['shared/errors', 'shared/schema', 'shared/model'],
  'shared/gsmn': ['shared/errors', 'shared/schema', 'shared/model', 'shared/vision', 'shared/text'],
  'shared/match': ['shared/errors', 'shared/schema', 'shared/model', 'shared/vision', 'shared/text'],
  'shared/encode': ['shared/errors', 'shared/schema', 'shared/model', 'shared/match'],
  'shared/parse': ['shared/errors', 'shared/model', 'shared/formats', 'shared/encode'],
  'shared/kernels': ['shared/errors', 'shared/schema', 'shared/model', 'shared/match', 'shared/encode'],
  'shared/generation': [
    'shared/errors',
    'shared/schema',
    'shared/model',
    'shared/formats',
    'shared/text',
    'shared/retrieval',
  ],
  'shared/platform': ['shared/*'],
  'workers/clients': ['shared/errors', 'shared/schema'],
  'workers/widget': ['shared/schema'],
  'workers/edge': ['workers/clients', 'shared/errors', 'shared/schema', 'shared/text', 'shared/retrieval'],
  'workers/rerank': ['shared/*'],
  'workers/qdrant-local': ['shared/errors', 'shared/schema', 'shared/platform'],
  batch: ['shared/*', 'workers/clients'],
  infra: ['shared/*', 'workers/clients'],
};

/** The only files of batch and infra that reach into a worker: they start it. */
const STARTERS = ['batch/cli/start/services.ts', 'batch/cli/index/storage.ts'];

/** Folders of shared that run anywhere: no Node built-in and no engine of Node's. */
const PORTABLE = Object.keys(ALLOWED).filter(
  (name) => name.startsWith('shared/') && name !== 'shared/platform',
);
const NODE_FREE = [...PORTABLE, 'workers/clients', 'workers/widget', 'workers/edge'];

const root = resolve(import.meta.dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('/assembly/') && !path.includes('node_modules'));
}

function specifiers(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

/** The part that a path belongs to: two folders deep under shared and workers, one elsewhere. */
function part(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'shared' || first === 'workers' ? `${first}/${second}` : first;
}

describe('imports go one way', () => {
  const files = ['shared', 'workers', 'batch', 'infra']
    .flatMap(sources)
    .filter((path) => !path.endsWith('.test.ts'));

  it('sees the project', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('keeps every module to the modules below it', () => {
    const wrong: string[] = [];
    for (const path of files) {
      const own = part(path);
      const allowed = ALLOWED[own];
      if (allowed === undefined) {
        wrong.push(`${path}: the part ${own} is not in the table`);
        continue;
      }
      for (const specifier of specifiers(path).filter((name) => name.startsWith('.'))) {
        const target = part(relative(root, resolve(dirname(join(root, path)), specifier)));
        const permitted =
          target === own ||
          allowed.includes(target) ||
          (allowed.includes('shared/*') && target.startsWith('shared/')) ||
          STARTERS.includes(path);
        if (!permitted) wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps Node out of what runs anywhere', () => {
    const wrong = files
      .filter((path) => NODE_FREE.includes(part(path)))
      .filter((path) => !path.startsWith('workers/edge/node/'))
      .flatMap((path) =>
        specifiers(path)
          .filter((name) => name.startsWith('node:') || builtinModules.includes(name))
          .map((name) => `${path} imports ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('imports nothing from the tests', () => {
    const wrong = files.filter((path) => specifiers(path).some((name) => /\/test\//.test(name)));
    expect(wrong).toEqual([]);
  });
});
