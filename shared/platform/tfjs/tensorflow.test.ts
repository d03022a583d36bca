import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadTfjsBackend } from './index.ts';
import { tensorflowFolder } from './tensorflow-set-up.ts';

const { version } = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/package.json') as {
  version: string;
};

describe('a broken TensorFlow set-up', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tensorflow-'));
    vi.stubEnv('GSMN_TENSORFLOW', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  function writeManifest(text: string): void {
    mkdirSync(join(folder, 'engine'));
    writeFileSync(join(folder, 'engine', 'manifest.json'), text);
  }

  const manifest = (binding: string) =>
    JSON.stringify({ format: 'gsmn-tensorflow', version: 1, wheels: ['tensorflow-cpu==2.21.0'], binding });

  it('names the folder in which nothing is set up, and the command that fixes it', async () => {
    await expect(loadTfjsBackend('tensorflow')).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining(folder),
      hint: expect.stringContaining('npm run setup:tensorflow'),
    });
  });

  it('refuses one that was set up for another version of the package', async () => {
    writeManifest(manifest('3.21.1'));
    await expect(loadTfjsBackend('tensorflow')).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining('3.21.1'),
      hint: expect.stringContaining('npm run setup:tensorflow'),
    });
  });

  it.each(['{', '{}'])('refuses an invalid manifest: %s', async (text) => {
    writeManifest(text);
    await expect(loadTfjsBackend('tensorflow')).rejects.toMatchObject({
      code: 'backend_unavailable',
      hint: expect.stringContaining('--force'),
    });
  });

  it('refuses a set-up without its addons', async () => {
    writeManifest(manifest(version));
    await expect(loadTfjsBackend('tensorflow')).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining('capture_stderr.node'),
      hint: expect.stringContaining('--force'),
    });
  });

  it('is the folder of the project unless the environment names another', () => {
    expect(tensorflowFolder()).toBe(folder);
    vi.stubEnv('GSMN_TENSORFLOW', '');
    expect(tensorflowFolder()).toMatch(/[/\\]\.tensorflow$/);
  });
});
