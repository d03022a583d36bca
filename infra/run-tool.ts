import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';

const LONGEST_OUTPUT = 16 << 20;

/** Runs a tool and returns what it printed; throws what `toolOutput` reads. */
export async function runTool(
  command: string,
  parameters: readonly string[],
  { signal, environment = {} }: { signal?: AbortSignal; environment?: Record<string, string> } = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...parameters], {
    env: { ...process.env, ...environment },
    maxBuffer: LONGEST_OUTPUT,
    ...(signal === undefined ? {} : { signal }),
  });
  return stdout;
}

/** The last lines that a failed tool printed, or why it did not run. */
export function toolOutput(thrown: unknown): string {
  const { stderr = '', message, signal } = thrown as Error & { stderr?: string; signal?: string | null };
  const lines = stderr.trim().split('\n').slice(-8).join('\n');
  return `${signal ? `ended by ${signal}; ` : ''}${lines || message}`;
}
