import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = dirname(import.meta.dirname);
const packSchema = z.tuple([z.object({ files: z.array(z.object({ path: z.string() })) })]);

describe('the package', () => {
  let files: readonly string[] = [];
  beforeAll(() => {
    // What is built is there: the suite builds it first.
    const { stdout, status } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect(status).toBe(0);
    files = packSchema.parse(JSON.parse(stdout))[0].files.map(({ path }) => path);
  });

  it('contains what runs built', () => {
    const built = ['edge/worker.js', 'kernels/encode-plain.wasm', 'widget/widget.js', 'widget/explain.js'];
    expect(built.filter((path) => !existsSync(join(root, '.build', path)))).toEqual([]);
    expect(built.filter((path) => !files.includes(`.build/${path}`))).toEqual([]);
    // Their names hold a hash of the source.
    const compiled = [
      /^encode\/.*\.wasm$/,
      /^match\/.*\.wasm$/,
      /^qdrant-local\/.*\.wasm$/,
      /^widget\/widget-after-results-.*\.js$/,
    ];
    const packed = files.map((path) => path.replace(/^\.build\//, ''));
    expect(compiled.filter((name) => !packed.some((path) => name.test(path)))).toEqual([]);
  });

  it('contains the command, the services and their data', () => {
    const needed = [
      'batch/bin/gsmn.mjs',
      'batch/bin/launch.mjs',
      'batch/bin/strip-types.mjs',
      'infra/wrangler/wrangler.jsonc',
      'workers/edge/worker.ts',
      'LICENSE',
      'NOTICE',
    ];
    expect(needed.filter((path) => !files.includes(path))).toEqual([]);
  });

  it('contains no tests and no browser', () => {
    expect(files.filter((path) => /\.test\.ts$|^test\/|chromium|swiftshader/.test(path))).toEqual([]);
  });
});
