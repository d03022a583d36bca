/**
 * Builds the package's entry `gsmn-search/search-client`: one module without imports, `.build/search-client/search-client.js`, and its
 * types, `.build/search-client/types/`. It is built because Node strips no types from a package that is installed, and because the
 * oldest Node that may import it strips none at all.
 */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { writeOutput } from './build-output.ts';

const root = dirname(import.meta.dirname);
const SOURCE = 'workers/clients/search';
const FOLDER = join(root, '.build', 'search-client');

/** Returns the module's text. */
export async function buildSearchClient(): Promise<string> {
  const [text] = await Promise.all([buildModule(), buildTypes()]);
  return text;
}

/** Names stay readable: users of the module minify it with their own code. */
async function buildModule(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(SOURCE, 'index.ts')],
    bundle: true,
    format: 'esm',
    target: ['es2022'],
    charset: 'utf8',
    write: false,
    logLevel: 'warning',
  });
  const text = outputFiles[0]?.text ?? '';
  await writeOutput(join(FOLDER, 'search-client.js'), text);
  return text;
}

async function buildTypes(): Promise<void> {
  const parameters = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', '.'];
  await promisify(execFile)(
    join(root, 'node_modules', '.bin', 'tsc'),
    ['-p', SOURCE, ...parameters, '--outDir', join(FOLDER, 'types')],
    { cwd: root },
  );
}

if (import.meta.main) await buildSearchClient();
