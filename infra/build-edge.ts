/** Bundles the edge worker, the pages' scripts inside it, into one module: `.build/edge/worker.js`. */
import { dirname, join } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';
import { writeFileAtomic } from '../shared/platform/atomic-file.ts';
import { buildExplain, buildWidget } from './build-widget.ts';

const root = dirname(import.meta.dirname);

/** Path of the built worker. */
export const EDGE_WORKER = join(root, '.build', 'edge', 'worker.js');

/** Puts built scripts in as text, where `gsmn:NAME` is imported. */
function scriptModules(scripts: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'scripts',
    setup(build) {
      build.onResolve({ filter: /^gsmn:/ }, ({ path }) => ({ path, namespace: 'script' }));
      build.onLoad({ filter: /.*/, namespace: 'script' }, ({ path }) => {
        const contents = scripts[path.slice('gsmn:'.length)];
        return contents === undefined ? null : { contents, loader: 'text' };
      });
    },
  };
}

export async function buildEdge(): Promise<void> {
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: ['workers/edge/worker.ts'],
    bundle: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    target: ['es2024'],
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    charset: 'utf8',
    legalComments: 'none',
    plugins: [scriptModules({ widget: await buildWidget(), explain: await buildExplain() })],
    write: false,
    logLevel: 'warning',
  });
  await writeFileAtomic(EDGE_WORKER, outputFiles[0]?.text ?? '');
}

if (import.meta.main) await buildEdge();
