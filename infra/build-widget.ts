/**
 * Bundles each custom element into a script, `.build/widget/widget.js` and `.build/widget/explain.js`, and what the widget loads later
 * into scripts beside it, `widget-NAME-HASH.js`.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type Plugin, transform } from 'esbuild';
import { writeOutput } from './build-output.ts';

const root = dirname(import.meta.dirname);
const FOLDER = join(root, '.build', 'widget');

export interface WidgetFiles {
  /** The text of the script; `/widget.js` serves it. */
  readonly script: string;
  /** Its parts by file name. A name has a hash of the text, so a script gets the parts that it was built with, or none. */
  readonly parts: Readonly<Record<string, string>>;
}

/** Style sheets become minified text inside the script. */
const styleText: Plugin = {
  name: 'style-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

/**
 * Where `part:./MODULE.ts` is imported, that module becomes a script of its own with all that it imports, and the import is its name. Helpers
 * that both scripts use are in both: a third script would delay the first.
 */
function partNames(parts: Map<string, string>): Plugin {
  return {
    name: 'part-names',
    setup(build) {
      build.onResolve({ filter: /^part:/ }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path.slice('part:'.length)),
        namespace: 'part',
      }));
      build.onLoad({ filter: /.*/, namespace: 'part' }, async ({ path }) => {
        const text = await bundle(path, [styleText]);
        const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
        const name = `widget-${basename(path, '.ts')}-${hash}.js`;
        parts.set(name, text);
        return { contents: name, loader: 'text' };
      });
    },
  };
}

export async function buildWidget(): Promise<WidgetFiles> {
  const built = new Map<string, string>();
  const script = await bundle('workers/widget/main.ts', [styleText, partNames(built)]);
  // In one order, whichever was built first.
  const names = [...built.keys()].toSorted();
  const parts = Object.fromEntries(names.map((name) => [name, built.get(name) ?? '']));
  for (const [name, text] of Object.entries({ ...parts, 'widget.js': script }))
    await writeOutput(join(FOLDER, name), text);
  // Parts of an earlier build would be packed with the others.
  for (const name of await readdir(FOLDER))
    if (name.startsWith('widget-') && !built.has(name)) await rm(join(FOLDER, name), { force: true });
  return { script, parts };
}

/** Returns the text of the script; `/explain.js` serves it. */
export async function buildExplain(): Promise<string> {
  const script = await bundle('workers/widget/parse/main.ts', [styleText]);
  await writeOutput(join(FOLDER, 'explain.js'), script);
  return script;
}

async function bundle(entry: string, plugins: Plugin[]): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    charset: 'utf8',
    legalComments: 'none',
    plugins,
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}

if (import.meta.main) await Promise.all([buildWidget(), buildExplain()]);
