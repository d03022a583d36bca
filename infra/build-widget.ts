/** Bundles each custom element into one script: `.build/widget/widget.js`, `.build/widget/explain.js`. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Plugin, transform } from 'esbuild';
import { writeOutput } from './build-output.ts';

const root = dirname(import.meta.dirname);

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

/** Returns the text of the script; `/widget.js` serves it. */
export function buildWidget(): Promise<string> {
  return buildScript('workers/widget/main.ts', 'widget.js');
}

/** Returns the text of the script; `/explain.js` serves it. */
export function buildExplain(): Promise<string> {
  return buildScript('workers/widget/parse/main.ts', 'explain.js');
}

async function buildScript(entry: string, name: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    charset: 'utf8',
    legalComments: 'none',
    plugins: [styleText],
    write: false,
    logLevel: 'warning',
  });
  const text = outputFiles[0]?.text ?? '';
  await writeOutput(join(root, '.build', 'widget', name), text);
  return text;
}

if (import.meta.main) await Promise.all([buildWidget(), buildExplain()]);
