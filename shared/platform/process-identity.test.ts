import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { expect, it } from 'vitest';
import { isAlive, isRunning, thisProcess } from './process-identity.ts';

it('knows that this process runs', () => {
  expect(isRunning(thisProcess())).toBe(true);
  expect(thisProcess()).toEqual(thisProcess());
});

it.runIf(process.platform !== 'win32')('tells it from an earlier process with the same number', () => {
  expect(isRunning({ pid: process.pid, started: 'at another time' })).toBe(false);
  expect(isRunning({ pid: process.ppid, started: thisProcess().started })).toBe(false);
});

it('knows that a process has ended', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const { pid = 0 } = child;
  await once(child, 'exit');
  expect(isAlive(pid)).toBe(false);
  expect(isRunning({ pid, started: null })).toBe(false);
});
