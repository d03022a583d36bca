import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/support/close.ts';
import { unpackSwiftshader } from '../../../test/support/swiftshader.ts';
import { tfjsScores } from '../../../test/support/tfjs-scores.ts';

const SEED = 20260404;
const program = join(import.meta.dirname, '../../../test/support/tfjs-scores.ts');

function scoresOfChild(environment: Record<string, string>): Promise<{ stdout: string }> {
  const { PATH = '' } = process.env;
  return promisify(execFile)(process.execPath, [program, 'webgpu', String(SEED)], {
    env: { PATH, ...environment },
    timeout: 50_000,
  });
}

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  `WebGPU on the software driver (linux x64 alone has it; seed ${SEED})`,
  () => {
    let folder = '';
    let environment: Record<string, string> = {};

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'swiftshader-'));
      environment = unpackSwiftshader(folder);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('encodes and scores like wasm', async () => {
      const { stdout } = await scoresOfChild(environment);
      const expected = await tfjsScores('wasm', SEED);
      expectClose(JSON.parse(stdout) as number[], expected, { absolute: 2e-5, relative: 2e-5 });
    });

    it('reports that it is not available without a driver', async () => {
      const none = {
        VK_ICD_FILENAMES: join(folder, 'missing.json'),
        VK_DRIVER_FILES: join(folder, 'missing.json'),
      };
      await expect(scoresOfChild(none)).rejects.toMatchObject({
        stderr: expect.stringContaining("code: 'backend_unavailable'"),
      });
    });
  },
);
