/**
 * Bundles the edge worker with the scripts of the pages: `.build/edge/worker.js` and, next to it, every WebAssembly
 * module that the worker imports. Workers must not compile at run time, so such a module stays a separate file.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';
import { buildKernel, isKernelFile, KERNELS_FOLDER } from './build-kernels.ts';
import { writeOutput } from './build-output.ts';
import { buildExplain, buildWidget } from './build-widget.ts';

const root = dirname(import.meta.dirname);

const EDGE_ENTRY = 'workers/edge/worker.ts';
const EDGE_FOLDER = join(root, '.build', 'edge');

/** A built worker: the files of one folder, named as the worker imports them. */
export interface WorkerFiles {
  readonly folder: string;
  /** The ES module that exports the handlers. */
  readonly main: string;
  /** WebAssembly modules. */
  readonly wasm: readonly string[];
}

/** What is inlined where `gsmn:NAME` is imported. */
const MODULES: Readonly<Record<string, () => Promise<{ contents: string; loader: 'text' | 'json' }>>> = {
  widget: async () => ({ contents: JSON.stringify(await buildWidget()), loader: 'json' }),
  explain: async () => ({ contents: await buildExplain(), loader: 'text' }),
  'texts/ar': async () => ({ contents: await widgetTexts('ar'), loader: 'text' }),
  'texts/de': async () => ({ contents: await widgetTexts('de'), loader: 'text' }),
};

/** The widget's texts in a language, as JSON without spaces. */
async function widgetTexts(language: string): Promise<string> {
  const file = join(root, 'workers', 'widget', 'texts', `${language}.json`);
  return JSON.stringify(JSON.parse(await readFile(file, 'utf8')));
}

/** Builds the scripts of the pages where they are imported. */
const scriptModules: Plugin = {
  name: 'scripts',
  setup(build) {
    build.onResolve({ filter: /^gsmn:/ }, ({ path }) => ({ path, namespace: 'script' }));
    build.onLoad({ filter: /.*/, namespace: 'script' }, async ({ path }) => {
      return (await MODULES[path.slice('gsmn:'.length)]?.()) ?? null;
    });
  },
};

/** Keeps imports of `*.wasm`, writes the modules as files next to the worker, and collects their contents. */
function wasmModules(modules: Map<string, Uint8Array>): Plugin {
  return {
    name: 'wasm',
    setup(build) {
      build.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir }) => {
        const file = resolve(resolveDir, path);
        const name = basename(file);
        if (dirname(file) === KERNELS_FOLDER && isKernelFile(name)) await buildKernel(name);
        modules.set(name, await readFile(file));
        return { path: `./${name}`, external: true };
      });
    },
  };
}

/**
 * Bundles a worker into a folder that holds nothing else.
 *
 * @param entry path of its main module from the project's folder
 * @throws when a source does not compile, or a module that it imports is missing; AppError `file_unwritable`
 */
export async function buildWorker(entry: string, folder: string): Promise<WorkerFiles> {
  const modules = new Map<string, Uint8Array>();
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    target: ['es2024'],
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    charset: 'utf8',
    legalComments: 'none',
    plugins: [scriptModules, wasmModules(modules)],
    write: false,
    logLevel: 'warning',
  });
  const main = 'worker.js';
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of modules) await writeOutput(join(folder, name), bytes);
  await writeOutput(join(folder, main), outputFiles[0]?.text ?? '');
  // Files of an earlier build would be uploaded with the worker.
  for (const name of await readdir(folder))
    if (name.endsWith('.wasm') && !modules.has(name)) await rm(join(folder, name), { force: true });
  return { folder, main, wasm: [...modules.keys()].toSorted() };
}

/** Builds the edge worker. */
export function buildEdge(): Promise<WorkerFiles> {
  return buildWorker(EDGE_ENTRY, EDGE_FOLDER);
}

if (import.meta.main) await buildEdge();
