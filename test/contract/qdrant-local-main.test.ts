import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, temporaryFolder } from './qdrant-server.ts';

const MAIN = resolve(import.meta.dirname, '../../workers/qdrant-local/main.ts');

describe('the executable of qdrant-local', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    folder.remove();
  });

  function start(settings: Record<string, string>) {
    const child = spawn(process.execPath, [MAIN], {
      env: { ...process.env, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const ended = new Promise<{ code: number | null; errors: string }>((done) => {
      child.once('close', (code) => done({ code, errors }));
    });
    const address = new Promise<string>((done) => {
      child.stdout.once('data', (chunk: Buffer) => done(/http:\S+/.exec(chunk.toString())?.[0] ?? ''));
    });
    return { child, ended, address };
  }

  it('serves, prints its address, and ends at a signal with everything on disk; a second process gets a conflict', async () => {
    const settings = {
      QDRANT_LOCAL_PATH: join(folder.path, 'deep', 'store.sqlite'),
      QDRANT_LOCAL_PORT: '0',
      QDRANT_API_KEY: 'key',
    };
    const first = start(settings);
    const client = clientOf(await first.address, 'key');
    await client.createCollection('c', { vectors: { size: 2, distance: 'Dot' } });

    const second = await start(settings).ended;
    expect(second.code).toBe(1);
    expect(second.errors).toMatch(/store\.sqlite is in use by another process/);

    first.child.kill('SIGTERM');
    expect(await first.ended).toEqual({ code: 0, errors: '' });
    const again = start(settings);
    expect(await clientOf(await again.address, 'key').collectionExists('c')).toEqual({ exists: true });
  });

  it('names a wrong setting', async () => {
    const { code, errors } = await start({ QDRANT_LOCAL_PORT: 'many' }).ended;
    expect(code).toBe(1);
    expect(errors).toContain('QDRANT_LOCAL_PORT');
  });
});
