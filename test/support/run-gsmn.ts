import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import process from 'node:process';

const launcher = join(resolve(import.meta.dirname, '../..'), 'batch', 'bin', 'gsmn.mjs');

/** The result of a process of the `gsmn` command. */
export interface GsmnRun {
  /** null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the `gsmn` command like a user.
 *
 * @param interrupt sends the signal as soon as stderr contains the text.
 */
export function runGsmn(
  parameters: readonly string[],
  interrupt?: { readonly when: string; readonly signal: NodeJS.Signals },
): Promise<GsmnRun> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [launcher, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let interrupted = false;
    child.stdout.on('data', (text) => {
      stdout += String(text);
    });
    child.stderr.on('data', (text) => {
      stderr += String(text);
      if (interrupt === undefined || interrupted || !stderr.includes(interrupt.when)) return;
      interrupted = true;
      child.kill(interrupt.signal);
    });
    child.on('error', failed);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}
