import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = `
import { Worker } from 'node:worker_threads';
import type { Said } from './said.ts';
const said: Said = { parameters: process.argv.slice(2) };
console.log(JSON.stringify(said));
new Worker(new URL('./worker.ts', import.meta.url)).on('exit', (code: number) => process.exit(code));
`;

let folder = '';
let installed = '';

/** The launcher with a small program, as a package of another project. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'installed-'));
  installed = join(folder, 'node_modules/gsmn-search');
  for (const path of ['batch/bin/gsmn.mjs', 'batch/bin/launch.mjs', 'batch/bin/strip-types.mjs']) {
    mkdirSync(join(installed, dirname(path)), { recursive: true });
    copyFileSync(join(ROOT, path), join(installed, path));
  }
  mkdirSync(join(installed, 'batch/cli'));
  writeFileSync(join(installed, 'package.json'), '{"type":"module"}');
  writeFileSync(join(installed, 'batch/cli/main.ts'), MAIN);
  writeFileSync(
    join(installed, 'batch/cli/said.ts'),
    'export interface Said { readonly parameters: string[] }',
  );
  writeFileSync(join(installed, 'batch/cli/worker.ts'), 'const code: number = 7;\nprocess.exit(code);\n');
  mkdirSync(join(folder, 'node_modules/.bin'));
  symlinkSync('../gsmn-search/batch/bin/gsmn.mjs', join(folder, 'node_modules/.bin/gsmn'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the launcher of an installed package', () => {
  it.each(['node_modules/.bin/gsmn', 'node_modules/gsmn-search/batch/bin/gsmn.mjs'])(
    'runs TypeScript, also in other threads (%s)',
    (path) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(folder, path), 'search', 'a dog'],
        {
          encoding: 'utf8',
        },
      );
      expect({ status, stdout, stderr }).toEqual({
        status: 7,
        stdout: '{"parameters":["search","a dog"]}\n',
        stderr: '',
      });
    },
  );
});
