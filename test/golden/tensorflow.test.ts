import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../support/close.ts';
import { tfjsScores } from '../support/tfjs-scores.ts';

/** TensorFlow is set up as a user does it, then used by separate processes, never by the test process itself. */
const SEED = 20261125;
const root = resolve(import.meta.dirname, '../..');
const golden = resolve(root, '../shared/golden');
const SETUP_TIMEOUT_MS = 200_000;

/** Tests that run on the backend named by `GSMN_TEST_BACKEND`. */
const ON_ANY_BACKEND = [
  'test/golden/network.test.ts',
  'test/golden/training.test.ts',
  'shared/gsmn/training/trainer.test.ts',
];

/** Why TensorFlow cannot be set up here, if so. */
async function obstacle(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is for linux x64 alone';
  for (const tool of ['g++', 'python3']) {
    const there = await promisify(execFile)(tool, ['--version']).then(
      () => true,
      () => false,
    );
    if (!there) return `there is no ${tool}`;
  }
  return promisify(execFile)('python3', ['-m', 'pip', 'index', 'versions', 'tensorflow-cpu'], {
    timeout: 30_000,
  }).then(
    () => undefined,
    () => 'pip does not reach an index of packages',
  );
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const why = await obstacle();

describe.skipIf(why !== undefined)(`TensorFlow, set up afresh${why ? ` (skipped: ${why})` : ''}`, () => {
  let folder = '';
  let setup: Ended;

  /** Runs a file of the project in a process with the TensorFlow of this test. */
  function run(parameters: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env;
    return new Promise((done) => {
      execFile(
        process.execPath,
        [...parameters],
        {
          cwd: root,
          env: { ...pipEnvironment(), PATH, HOME, TMPDIR, GSMN_TENSORFLOW: folder, ...environment },
          timeout: SETUP_TIMEOUT_MS,
        },
        (error, stdout, stderr) =>
          done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
    });
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tensorflow-'));
    setup = await run(['infra/tensorflow/setup.ts']);
  }, SETUP_TIMEOUT_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is tested by the set-up, which leaves no other files', () => {
    expect(setup).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/TensorFlow 2\.\d+\.\d+ works on the CPU: \d+ GFLOP\/s/),
    });
    expect(readdirSync(folder)).toEqual(['engine']);
    expect(readdirSync(join(folder, 'engine', 'tensorflow')).toSorted()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
  });

  it('is found the second time', async () => {
    const again = await run(['infra/tensorflow/setup.ts']);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('set up in') });
    expect(again.stderr).not.toContain('compiling');
  });

  it('keeps the existing set-up if setting up again fails', async () => {
    const tools = mkdtempSync(join(tmpdir(), 'compiler-'));
    const compiler = join(tools, 'broken-compiler');
    writeFileSync(compiler, '#!/bin/sh\ntest "$1" = --version || { echo it is broken >&2; exit 1; }\n', {
      mode: 0o755,
    });
    const failed = await run(['infra/tensorflow/setup.ts', '--force'], { CXX: compiler });
    rmSync(tools, { recursive: true });
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('it is broken') });
    expect(readdirSync(folder)).toEqual(['engine']);
  }, 120_000);

  it('stops at a signal and leaves nothing behind', async () => {
    const child = spawn(process.execPath, ['infra/tensorflow/setup.ts', '--force'], {
      cwd: root,
      env: { ...process.env, GSMN_TENSORFLOW: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'close');
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([130, null]);
    expect(readdirSync(folder)).toEqual(['engine']);
  });

  it(`computes the same as wasm, and prints nothing (seed ${SEED})`, async () => {
    const { code, stdout, stderr } = await run(['test/support/tfjs-scores.ts', 'tensorflow', String(SEED)]);
    expect([code, stderr]).toEqual([0, '']);
    const expected = await tfjsScores('wasm', SEED);
    // float32 in another order of sums.
    expectClose(JSON.parse(stdout) as number[], expected, { absolute: 2e-5, relative: 2e-5 });
  });

  it('is the encoder of auto', async () => {
    const program = `
      const { resolveBackend } = await import('./shared/platform/engines/index.ts');
      process.stdout.write(JSON.stringify(await resolveBackend('auto')));
    `;
    const { stdout } = await run(['--input-type=module', '--eval', program]);
    expect(JSON.parse(stdout)).toEqual({ backend: 'simd', encoder: 'tensorflow', passedOver: [] });
  });

  it.skipIf(!existsSync(golden))(
    'is at parity with the golden vectors and leaks nothing (skipped without ../shared/golden)',
    async () => {
      const report = join(folder, 'report.json');
      const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node'];
      const { code, stdout } = await run(
        [...vitest, ...ON_ANY_BACKEND, '--reporter=json', `--outputFile=${report}`],
        { GSMN_TEST_BACKEND: 'tensorflow' },
      );
      expect(code, stdout).toBe(0);
      const said = JSON.parse(readFileSync(report, 'utf8')) as {
        numPassedTests: number;
        numTotalTests: number;
        testResults: { assertionResults: { fullName: string }[] }[];
      };
      expect(said.numPassedTests).toBe(said.numTotalTests);
      const names = said.testResults.flatMap(({ assertionResults }) =>
        assertionResults.map(({ fullName }) => fullName),
      );
      // 8 models: their scores and three steps of training; and the suite of the trainer.
      expect(names.filter((name) => name.includes('on tensorflow')).length).toBeGreaterThanOrEqual(16 + 12);
    },
    120_000,
  );
});

/** pip's settings from the environment: its index, its proxy, its cache. */
function pipEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      /^(PIP_|XDG_|SSL_CERT|REQUESTS_CA|https?_proxy|no_proxy)/i.test(name) && value !== undefined
        ? [[name, value]]
        : [],
    ),
  );
}
