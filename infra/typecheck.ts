/** Checks the types of every project, even if one fails. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { TYPE_PROJECTS } from './type-projects.ts';

const root = dirname(import.meta.dirname);
const tsc = join(root, 'node_modules', '.bin', 'tsc');
const environment = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };

for (const project of TYPE_PROJECTS) {
  const { status, error } = spawnSync(tsc, ['-p', project], {
    cwd: root,
    stdio: 'inherit',
    env: environment,
  });
  if (error) console.error(`tsc did not run: ${error.message}`);
  if (status !== 0) process.exitCode = 1;
}
