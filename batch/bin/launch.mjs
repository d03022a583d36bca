// Runs a program in place of this one. Plain JavaScript for Node 20, no packages.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

const LIFELINE = 3;
/** Seconds that the program may take to end in order. */
const PATIENCE = 10;
const POLL_MS = 250;

/**
 * A shell that starts a guard in the background and then becomes the program. The guard waits on a pipe that only this
 * process holds open: however this process ends, `kill -9` included, the pipe closes, and the guard ends the program. A line
 * on the pipe ends the guard.
 */
const GUARDED = `(
  trap '' INT HUP TERM
  exec <&${LIFELINE} ${LIFELINE}<&- >/dev/null 2>&1
  read -r _ && exit
  kill -TERM $$
  waited=0
  while [ $waited -lt ${PATIENCE} ]; do kill -0 $$ || exit; sleep 1; waited=$((waited + 1)); done
  kill -KILL $$
) &
exec "$@" ${LIFELINE}<&-`;

/**
 * Runs a program that has this one's streams, gets its signals, and does not outlive it; this process ends as the program
 * does. Windows needs no guard: Node ends its children there with itself, by a job object.
 *
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {NodeJS.ProcessEnv} environment
 */
export function launch(program, parameters, environment) {
  // Before the program runs: whoever waits for its first words may end npm at once.
  whenNpmEnds(() => run.kill('SIGTERM'));
  const [command, first] =
    process.platform === 'win32' ? [program, []] : ['/bin/sh', ['-c', GUARDED, program, program]];
  const run = spawn(command, [...first, ...parameters], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: environment,
  });
  const lifeline = run.stdio[LIFELINE];
  // The guard may have ended already.
  lifeline.on('error', () => {});
  // Signals to this process are meant for the one that it runs.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill(signal));
  run.on('error', (error) => {
    console.error(`${program} cannot be run: ${error.message}`);
    process.exit(1);
  });
  run.on('exit', (code, signal) => {
    lifeline.end('ended\n', () => {
      if (signal === null) process.exit(code ?? 1);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}

/**
 * Calls back once if npm or npx, which this process runs under, or the shell between them, has ended. npm passes a signal on
 * to that shell only, which may end by it and leave what it runs.
 *
 * @param {() => void} ended
 */
export function whenNpmEnds(ended) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const above = isShell(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (above === undefined || parentOf(parent) === above)) return;
    clearInterval(timer);
    ended();
  }, POLL_MS);
  timer.unref();
}

/** Whether a process is a shell; elsewhere than on Linux that is unknown, and such shells become what they run. */
function isShell(pid) {
  return /\((?:ba|da|a|k|z)?sh\)/.test(statOf(pid));
}

function parentOf(pid) {
  // pid (name, which may hold anything) state parent …
  return statOf(pid)
    .replace(/^.*\) /s, '')
    .split(' ')[1];
}

function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // It has ended, or there is no /proc.
    return '';
  }
}
