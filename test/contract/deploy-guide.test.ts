import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const ROOT = join(import.meta.dirname, '../..');
const guide = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
const [, block = ''] = /<!-- A test runs this block. -->\n```sh\n([\s\S]*?)```/.exec(guide) ?? [];

let project: SmallProject;
let folder = '';
beforeAll(async () => {
  project = await smallProject({ test: 12 });
  folder = mkdtempSync(join(tmpdir(), 'deploy-guide-'));
});
afterAll(() => {
  project.remove();
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

it('the commands of the deployment guide lead to a search that works', async () => {
  let script = block;
  for (const port of ['6333', '8788', '8787']) script = script.replaceAll(port, String(await freePort()));
  const gsmn = `gsmn() { "${process.execPath}" "${join(ROOT, 'batch/bin/gsmn.mjs')}" "$@"; }`;
  script = script
    .replaceAll('npx gsmn', 'gsmn')
    .replace('path/to/data', project.data)
    .replace('path/to/model', project.model)
    // A reader sees when the services listen; a script repeats the command until the search answers.
    .replace(
      /^gsmn deploy check.*$/m,
      (command) =>
        `for i in $(seq 60); do ${command} --json > check.json && break; grep -A1 '"edge: search"' check.json | grep -q '"ok"' && break; sleep 1; done`,
    );
  const shell = spawn('bash', ['-c', `${gsmn}\n${script}`], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  shell.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  try {
    await once(shell, 'exit');
    const { checks } = z
      .object({ checks: z.array(z.object({ name: z.string(), state: z.string(), found: z.string() })) })
      .parse(JSON.parse(readFileSync(join(folder, 'check.json'), 'utf8')));
    const failed = checks
      .filter(({ state }) => state === 'failed')
      .map(({ name, found }) => `${name}: ${found}`);
    // There are no image files, as the guide says.
    expect(
      failed.filter((check) => !check.startsWith('edge: images')),
      said,
    ).toEqual([]);
    expect(checks.find(({ name }) => name === 'edge: search')?.state).toBe('ok');
    expect(checks.find(({ name }) => name === 'together: generation')?.state).toBe('ok');
  } finally {
    if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
  }
}, 240_000);
