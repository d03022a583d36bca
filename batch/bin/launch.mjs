// Runs a program in place of this one. Plain JavaScript for Node 20, no packages.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import process from 'node:process';

const LIFELINE = 3;
/** Seconds that the program may take to end in order. */
const PATIENCE = 10;
const POLL_MS = 250;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// As they are when this process starts: once npm has ended, another process has taken its place.
const underNpm = process.env.npm_lifecycle_event !== undefined;
const parent = process.ppid;
const above = underNpm && isShell(parent) ? parentOf(parent) : undefined;

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
 * does, or without running it if npm has ended already.
 *
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {NodeJS.ProcessEnv} environment
 */
export async function launch(program, parameters, environment) {
  if (npmHasEnded()) endBy('SIGTERM');
  const options = { stdio: ['inherit', 'inherit', 'inherit'], env: environment };
  const { code, signal } = await runGuarded(program, parameters, options);
  if (signal !== null) endBy(signal);
  process.exit(code ?? 1);
}

/**
 * Runs a program to its end. It gets this process's signals, or SIGTERM when npm ends, and does not outlive this process.
 * Windows needs no guard: Node ends its children there with itself, by a job object.
 *
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {Omit<import('node:child_process').SpawnOptions, 'stdio'> & { stdio: ('inherit' | 'ignore' | number)[] }} options
 * with three streams
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, passed: NodeJS.Signals | undefined }>} how it
 * ended, and the last signal that was passed on to it.
 */
export function runGuarded(program, parameters, options) {
  let passed;
  const pass = (signal) => {
    passed = signal;
    run.kill(signal);
  };
  // Before the program runs: a caller that waits for its first output may end npm at once.
  const forgetNpm = whenNpmEnds(() => pass('SIGTERM'));
  const [command, first] =
    process.platform === 'win32' ? [program, []] : ['/bin/sh', ['-c', GUARDED, program, program]];
  const run = spawn(command, [...first, ...parameters], { ...options, stdio: [...options.stdio, 'pipe'] });
  const lifeline = run.stdio[LIFELINE];
  // The guard may have ended already.
  lifeline.on('error', () => {});
  // Signals to this process are meant for the one that it runs.
  for (const signal of SIGNALS) process.on(signal, pass);
  run.on('error', (error) => {
    console.error(`${program} cannot be run: ${error.message}`);
    process.exit(1);
  });
  return new Promise((resolve) => {
    run.on('exit', (code, signal) => {
      lifeline.end('ended\n', () => {
        forgetNpm();
        for (const name of SIGNALS) process.off(name, pass);
        resolve({ code, signal, passed: passed ?? (npmHasEnded() ? 'SIGTERM' : undefined) });
      });
    });
  });
}

/**
 * Ends this process by a signal, as if nothing handled it.
 *
 * @param {NodeJS.Signals} signal
 */
export function endBy(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The first process of a container gets no signal that it does not handle.
  process.exit(128 + constants.signals[signal]);
}

/**
 * Calls back once if npm or npx, which this process runs under, or the shell between them, has ended. npm passes a signal on
 * to that shell only, which may end by it and leave what it runs.
 *
 * @param {() => void} ended
 * @returns {() => void} stops waiting.
 */
export function whenNpmEnds(ended) {
  if (!underNpm) return () => {};
  const timer = setInterval(() => {
    if (!npmHasEnded()) return;
    clearInterval(timer);
    ended();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function npmHasEnded() {
  if (!underNpm) return false;
  return process.ppid !== parent || (above !== undefined && parentOf(parent) !== above);
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
