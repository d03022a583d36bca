/** `npm run bench -- NAME …`: runs one benchmark; its own options follow its name. */
import process from 'node:process';
import { AppError, toAppError } from '../../shared/errors/index.ts';

const BENCHES: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>>> = {
  search: () => import('./search/run.ts'),
  qdrant: () => import('./qdrant-local.ts'),
  train: () => import('./train/run.ts'),
  match: () => import('./match/run.ts'),
  encode: () => import('./encode/run.ts'),
  build: () => import('./build/run.ts'),
  edge: () => import('./edge/run.ts'),
  'edge-cache': () => import('./edge-cache/run.ts'),
  'edge-observe': () => import('./edge-observe/run.ts'),
  cache: () => import('./cache/run.ts'),
  parse: () => import('./parse/run.ts'),
  page: () => import('./page/run.ts'),
};

async function main([name = '', ...args]: readonly string[]): Promise<void> {
  const bench = BENCHES[name];
  if (bench === undefined) {
    throw new AppError(
      'argument_invalid',
      name ? `there is no benchmark "${name}"` : 'no benchmark was named',
      {
        hint: `name one: ${Object.keys(BENCHES).join(', ')}`,
      },
    );
  }
  await (await bench()).run(args);
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (thrown) {
  const error = toAppError(thrown);
  process.stderr.write(`bench: ${error.message}\n${error.hint ? `  ${error.hint}\n` : ''}`);
  if (error.code === 'internal') process.stderr.write(`${(thrown as Error)?.stack ?? ''}\n`);
  process.exit(1);
}
