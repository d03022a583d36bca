import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { portOwner } from './port-owner.ts';

describe.runIf(existsSync('/proc/net/tcp'))('the process on a port', () => {
  it.each(['127.0.0.1', '::1'])('is found on %s, another program as such', async (host) => {
    const program = `
      const server = require('node:net').createServer().listen(0, ${JSON.stringify(host)}, () => console.log(server.address().port));
      server.on('error', () => console.log(0));
    `;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const found = await portOwner(Number(line));
    child.kill();
    // A machine may be without IPv6.
    if (line === '0') return;
    expect(found).toEqual({ pid: child.pid, program: basename(process.execPath), ours: false });
  });

  it('is none on a free port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    server.close();
    await once(server, 'close');
    expect(await portOwner(port)).toBeUndefined();
  });
});
