import process from 'node:process';
import type { Command } from 'commander';
import { vi } from 'vitest';

/** Runs a subcommand in this process and returns what it wrote to stdout; stderr stays out of the test's output. */
export async function runCommand(command: Command, parameters: readonly string[]): Promise<string> {
  const written: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await command.exitOverride().parseAsync([...parameters], { from: 'user' });
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  return written.join('');
}
