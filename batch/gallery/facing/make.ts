/** `npm run make:facing`: fits how the gallery's features tell which way a thing faces (docs/gallery-features.md). Reports on stderr. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { writeFileAtomic } from '../../../shared/platform/atomic-file.ts';
import { loadWasm } from '../../../shared/platform/tfjs/wasm.ts';
import { facesRight } from '../../features/drawn-regions/features/facing.ts';
import { inWorkers } from '../collection/in-workers.ts';
import { UNUSED_SEED } from '../collection/plan.ts';
import { type FacingExample, fitFacing } from './fit-facing.ts';

const TARGET = resolve(import.meta.dirname, '../../features/drawn-regions/features/facing-weights.json');
const [DRAWINGS, STEP] = [8000, 50];
/** Every tenth task is held out. */
const HELD_OUT = 10;

const tasks = Array.from({ length: DRAWINGS / STEP }, (_, task) =>
  Array.from({ length: STEP }, (_unused, index) => UNUSED_SEED + task * STEP + index),
);
const collect = async (chosen: readonly (readonly number[])[]): Promise<FacingExample[]> => {
  const found: { readonly first: number; readonly examples: readonly FacingExample[] }[] = [];
  const module = new URL('./examples-worker.ts', import.meta.url);
  await inWorkers<readonly number[], (typeof found)[number]>(
    chosen,
    { module, threads: availableParallelism(), signal: undefined },
    (drawn) => {
      found.push(drawn);
      process.stderr.write(`\r${found.length * STEP} drawings`);
    },
  );
  // In an order that does not depend on the threads.
  return found.toSorted((one, two) => one.first - two.first).flatMap(({ examples }) => examples);
};

if (process.argv.includes('--check')) {
  const examples = await collect(tasks.filter((_, task) => task % HELD_OUT === 0));
  const right = examples.filter(({ inputs, right: truth }) => facesRight(inputs) > 0.5 === truth).length;
  process.stderr.write(`: ${((100 * right) / examples.length).toFixed(1)} % right\n`);
} else {
  const examples = await collect(tasks.filter((_, task) => task % HELD_OUT !== 0));
  process.stderr.write('\n');
  await loadWasm();
  const weights = fitFacing(examples, 1, (epoch, loss) =>
    process.stderr.write(`epoch ${epoch + 1}: loss ${loss.toFixed(3)}\n`),
  );
  await writeFileAtomic(TARGET, `${JSON.stringify(weights, undefined, 2)}\n`);
}
