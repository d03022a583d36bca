/** Bundles the edge worker, the widget's script inside it, into one module: `.build/edge/worker.js`. */
import { dirname, join } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';
import { writeFileAtomic } from '../shared/platform/atomic-file.ts';
import { buildWidget } from './build-widget.ts';

const root = dirname(import.meta.dirname);

/** Path of the built worker. */
export const EDGE_WORKER = join(root, '.build', 'edge', 'worker.js');

function widgetModule(script: string): Plugin {
  return {
    name: 'widget',
    setup(build) {
      build.onResolve({ filter: /^gsmn:widget$/ }, ({ path }) => ({ path, namespace: 'widget' }));
      build.onLoad({ filter: /.*/, namespace: 'widget' }, () => ({ contents: script, loader: 'text' }));
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
    plugins: [widgetModule(await buildWidget())],
    write: false,
    logLevel: 'warning',
  });
  await writeFileAtomic(EDGE_WORKER, outputFiles[0]?.text ?? '');
}

if (import.meta.main) await buildEdge();
