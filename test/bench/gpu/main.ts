/** `npm run check:gpu`: its options follow it. */
import process from 'node:process';
import { toAppError } from '../../../shared/errors/index.ts';
import { run } from './run.ts';

try {
  await run(process.argv.slice(2));
  process.exit(0);
} catch (thrown) {
  const { message, hint } = toAppError(thrown);
  process.stderr.write(`check:gpu: ${message}\n${hint ? `  ${hint}\n` : ''}`);
  process.exit(1);
}
