import process from 'node:process';
import { CommanderError } from 'commander';
import { toAppError } from '../../shared/errors/index.ts';
import { exitCode } from './exit-code.ts';
import { createProgram, normaliseOptionNames } from './program.ts';

/** Runs the command and turns anything it throws into a message for the user and an exit code. */
async function main(): Promise<number> {
  try {
    await createProgram().parseAsync(normaliseOptionNames(process.argv));
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.code === 'commander.unknownOption') {
        process.stderr.write('  Text that begins with a hyphen goes after --: gsmn search -- "-dog"\n');
      }
      return thrown.exitCode === 0 ? 0 : 2;
    }
    const error = toAppError(thrown);
    process.stderr.write(`gsmn: ${error.message}\n`);
    if (error.hint) process.stderr.write(`  ${error.hint}\n`);
    if (error.code === 'internal' || process.env.GSMN_DEBUG) {
      process.stderr.write(`${(thrown as Error)?.stack ?? ''}\n`);
    }
    return exitCode(error.code);
  }
}

process.exit(await main());
