import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';
import { cycles } from './cycles.ts';
import { sourceFiles } from './source-files.ts';

/** Imports go one way: a part may import its own files and the parts listed for it (docs/architecture.md). */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  'shared/errors': [],
  'shared/schema': ['shared/errors'],
  'shared/filter': ['shared/errors', 'shared/schema'],
  'shared/http': ['shared/errors', 'shared/schema'],
  'shared/async': ['shared/errors'],
  'shared/observe': ['shared/errors'],
  'shared/model': ['shared/errors', 'shared/schema'],
  'shared/keys': ['shared/errors', 'shared/schema', 'shared/filter'],
  'shared/text': ['shared/errors', 'shared/schema', 'shared/model'],
  'shared/vision': ['shared/errors', 'shared/schema', 'shared/model'],
  'shared/formats': ['shared/errors', 'shared/schema', 'shared/model'],
  'shared/retrieval': ['shared/errors', 'shared/schema', 'shared/model', 'shared/text'],
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
  'shared/search/ports.ts': ['shared/schema', 'shared/model', 'shared/filter'],
  'shared/search': [
    'shared/errors',
    'shared/schema',
    'shared/model',
    'shared/async',
    'shared/filter',
    'shared/text',
    'shared/formats',
    'shared/retrieval',
    'shared/parse',
    'shared/generation',
    'shared/search/ports.ts',
  ],
  'shared/platform': ['shared/*'],
  'workers/clients': [
    'shared/errors',
    'shared/schema',
    'shared/async',
    'shared/filter',
    'shared/search/ports.ts',
  ],
  'workers/clients/search': ['shared/errors', 'shared/schema'],
  'workers/widget': ['workers/clients/search'],
  // `.build/kernels`: WebAssembly modules, which only exist built.
  'workers/edge': [
    'shared/async',
    'shared/observe',
    '.build',
    'workers/clients',
    'shared/errors',
    'shared/schema',
    'shared/http',
    'shared/filter',
    'shared/keys',
    'shared/search',
    'shared/search/ports.ts',
    // What encodes a query.
    'shared/text',
    'shared/formats',
    'shared/retrieval',
    'shared/match',
    'shared/encode',
    'shared/parse',
  ],
  'workers/rerank': ['shared/*'],
  'workers/qdrant-local': ['shared/*'],
  infra: ['shared/*', 'workers/clients'],
};

/** What each room of `batch` may import of the others, the lowest first. All may import `shared` and `batch/report.ts`. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'batch/checkpoint': [],
  'batch/plot': [],
  'batch/keys': [],
  'batch/features': [],
  'batch/photos': [],
  'batch/data': [],
  'batch/extraction': ['batch/data', 'batch/features', 'batch/photos'],
  'batch/pretrained': [],
  'batch/vocabulary': ['batch/data'],
  'batch/word-vectors': ['batch/data'],
  'batch/phrases': ['batch/data'],
  'batch/parser': ['batch/data', 'batch/word-vectors'],
  'batch/evaluation': ['batch/checkpoint', 'batch/data', 'batch/plot', 'batch/vocabulary'],
  'batch/model': ['batch/checkpoint', 'batch/data', 'batch/evaluation', 'batch/phrases', 'batch/vocabulary'],
  'batch/photo-recall': ['batch/data', 'batch/features', 'batch/model', 'batch/word-vectors'],
  'batch/training': [
    'batch/checkpoint',
    'batch/data',
    'batch/evaluation',
    'batch/model',
    'batch/phrases',
    'batch/plot',
    'batch/word-vectors',
  ],
  'batch/photo-training': [
    'batch/data',
    'batch/evaluation',
    'batch/extraction',
    'batch/model',
    'batch/photo-recall',
    'batch/photos',
    'batch/training',
    'batch/vocabulary',
    'batch/word-vectors',
  ],
  'batch/index': ['batch/data', 'batch/features', 'batch/model', 'workers/clients'],
  'batch/query-image': ['batch/data', 'batch/extraction', 'batch/features', 'batch/photos'],
  'batch/search': [
    'batch/index',
    'batch/evaluation',
    'batch/data',
    'batch/plot',
    'batch/query-image',
    'workers/clients',
  ],
  'batch/gallery': [
    'batch/data',
    'batch/evaluation',
    'batch/features',
    'batch/index',
    'batch/model',
    'batch/training',
    'batch/vocabulary',
  ],
  'batch/study': [
    'batch/checkpoint',
    'batch/data',
    'batch/evaluation',
    'batch/gallery',
    'batch/model',
    'batch/phrases',
  ],
  'batch/serve': ['batch/data', 'batch/index', 'batch/photos', 'batch/query-image', 'workers/clients'],
  'batch/deploy': ['workers/clients'],
  'batch/queries': ['batch/evaluation', 'batch/plot'],
  'batch/start': [
    'batch/data',
    'batch/extraction',
    'batch/features',
    'batch/gallery',
    'batch/index',
    'batch/keys',
    'batch/photo-training',
    'batch/photos',
    'batch/pretrained',
    'batch/serve',
    'workers/clients',
  ],
  'batch/cli': ['batch/*', 'workers/clients'],
};

const REPORT = 'batch/report.ts';

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...PARTS,
  ...Object.fromEntries(Object.entries(ROOMS).map(([room, rooms]) => [room, ['shared/*', REPORT, ...rooms]])),
  [REPORT]: [],
};

/** Files that may import more than their part because they start it. */
const EXEMPT: Readonly<Record<string, readonly string[]>> = {
  'batch/serve/database-thread.ts': ['workers/qdrant-local'],
  // Compiles its kernel.
  'infra/build-node-kernels.ts': ['workers/qdrant-local'],
  'batch/serve/edge.ts': ['infra'],
  'batch/serve/reranker.ts': ['workers/rerank'],
};

/** Folders of shared that run anywhere: no Node built-in and no native library. */
const PORTABLE = Object.keys(PARTS).filter(
  (name) => name.startsWith('shared/') && name !== 'shared/platform',
);
const NODE_FREE = [
  ...PORTABLE,
  'workers/clients',
  'workers/clients/search',
  'workers/widget',
  'workers/edge',
];

/** The part that a path belongs to: two folders deep, but for `infra`, the ports of a search and the client that is a part of its own. */
function part(path: string): string {
  if (path === 'shared/search/ports.ts') return path;
  if (path.startsWith('workers/clients/search/')) return 'workers/clients/search';
  const [first = '', second = ''] = path.split('/');
  return first === 'infra' ? first : `${first}/${second}`;
}

function permits(allowed: readonly string[], own: string, target: string): boolean {
  const [root = ''] = target.split('/');
  return target === own || allowed.includes(target) || allowed.includes(`${root}/*`);
}

describe('imports go one way', () => {
  const files = sourceFiles('shared', 'workers', 'batch', 'infra');

  it('finds the files of the project', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('lets every part import only the parts below it', () => {
    const wrong = files.flatMap(({ path, imports }) => {
      const own = part(path);
      const allowed = ALLOWED[own];
      if (allowed === undefined) return [`${path}: the part ${own} is not in the table`];
      return imports
        .map(part)
        .filter((target) => !permits(allowed, own, target) && !EXEMPT[path]?.includes(target))
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has a table without cycles', () => {
    const names = Object.keys(ALLOWED);
    const graph = new Map(
      names.map((own) => {
        const allowed = ALLOWED[own] ?? [];
        return [own, names.filter((target) => target !== own && permits(allowed, own, target))];
      }),
    );
    expect(cycles(graph)).toEqual([]);
  });

  it('lists no unused part and no unused exemption', () => {
    const parts = new Set(files.map(({ path }) => part(path)));
    expect(Object.keys(ALLOWED).filter((name) => !parts.has(name))).toEqual([]);
    const stale = Object.entries(EXEMPT).flatMap(([path, targets]) => {
      const used = files.find((file) => file.path === path)?.imports.map(part) ?? [];
      return targets
        .filter((target) => !used.includes(target) || permits(ALLOWED[part(path)] ?? [], part(path), target))
        .map((target) => `${path} imports ${target}`);
    });
    expect(stale).toEqual([]);
  });

  it('keeps Node out of code that runs anywhere', () => {
    const wrong = files
      .filter(({ path }) => NODE_FREE.includes(part(path)))
      .flatMap(({ path, specifiers }) =>
        specifiers
          .filter((name) => name.startsWith('node:') || builtinModules.includes(name))
          .map((name) => `${path} imports ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('imports nothing from the tests', () => {
    const wrong = files.filter(({ specifiers }) => specifiers.some((name) => /\/test\//.test(name)));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});
