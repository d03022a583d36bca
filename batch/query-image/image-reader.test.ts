import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { ImageReader, type ImageReaderOptions } from './image-reader.ts';

const NEVER = new AbortController().signal;

/** Describes a file by its first byte, or does with it what that says. */
const PROGRAM = `
let files = 0;
process.on('message', (task) => {
  if ('describer' in task) return process.send({ ready: true });
  files++;
  const [what] = task.file;
  if (what === 0) process.exit(3);
  if (what === 1) return;
  if (what === 2) return process.send({ fault: 'damaged' });
  if (what === 3) return process.send({ fault: 'too_many_pixels' });
  if (what === 4) return process.send({ error: { code: 'backend_unavailable', message: 'no', hint: undefined } });
  process.send({
    description: { width: what, height: files, boxes: new Float32Array(), features: new Float32Array([process.pid]) },
  });
});
process.on('disconnect', () => process.exit(0));
`;

describe('ImageReader', { timeout: 60_000 }, () => {
  let folder = '';
  let program = '';
  const readers: ImageReader[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gsmn-image-reader-'));
    program = join(folder, 'program.mjs');
    writeFileSync(program, PROGRAM);
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function open(options: Partial<ImageReaderOptions> = {}) {
    const reader = new ImageReader({
      describer: { kind: 'drawn-regions' },
      limits: { bytes: 100, pixels: 1e6, seconds: 10 },
      program,
      ...options,
    });
    readers.push(reader);
    return (what: number, signal = NEVER) => reader.describe(Uint8Array.of(what), signal);
  }
  const processOf = ({ features }: { readonly features: Float32Array }) => features[0];

  it('describes one file after the other in one process', async () => {
    const describe = open();
    const all = await Promise.all([9, 8, 7].map((what) => describe(what)));
    expect(all.map(({ width, height }) => [width, height])).toEqual([
      [9, 1],
      [8, 2],
      [7, 3],
    ]);
    expect(new Set(all.map(processOf)).size).toBe(1);
  });

  it('blames the file for what is wrong with it, and reads the next one', async () => {
    const describe = open();
    expect(await errorCode(describe(2))).toBe('image_invalid');
    expect(await errorCode(describe(3))).toBe('request_too_large');
    expect(await errorCode(describe(4))).toBe('backend_unavailable');
    expect((await describe(9)).height).toBe(4);
  });

  it('starts the process again after it died', async () => {
    const describe = open();
    const first = await describe(9);
    expect(await errorCode(describe(0))).toBe('internal');
    const second = await describe(9);
    expect(second.height).toBe(1);
    expect(processOf(second)).not.toBe(processOf(first));
  });

  it('ends a process that is at a file for too long, and starts another one', async () => {
    const describe = open({ limits: { bytes: 100, pixels: 1e6, seconds: 0.2 } });
    await expect(describe(1)).rejects.toMatchObject({
      code: 'image_invalid',
      message: expect.stringContaining('too long'),
    });
    expect(await errorCode(describe(2))).toBe('image_invalid');
  });

  it('ends the process when there was nothing to do for a while', async () => {
    const describe = open({ idleMs: 10 });
    const first = await describe(9);
    await expect
      .poll(async () => processOf(await describe(9)), { timeout: 30_000, interval: 200 })
      .not.toBe(processOf(first));
  });

  it('gives up files whose caller leaves while they wait', async () => {
    const describe = open();
    const leaving = new AbortController();
    const [first, second] = [describe(9), describe(8, leaving.signal)];
    leaving.abort(new Error('left'));
    await expect(second).rejects.toThrow('left');
    expect((await first).width).toBe(9);
    expect((await describe(7)).height).toBe(2);
  });

  it('fails what it is at when it is closed, and everything after', async () => {
    const describe = open();
    await describe(9);
    const reading = errorCode(describe(1));
    await readers[0]?.close();
    expect(await reading).toBe('cancelled');
    expect(await errorCode(describe(9))).toBe('cancelled');
  });
});
