import { availableParallelism, loadavg } from 'node:os';
import type { TestProject } from 'vitest/node';
import { type Indexes, makeIndexes, removeIndexes } from './indexes.ts';
import { seedOfRun } from './seed.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly seed: number;
    readonly indexes: Indexes;
  }
}

/** Makes the indexes once for all cases. */
export default async function setup(project: TestProject): Promise<() => void> {
  const seed = seedOfRun();
  console.log(`seed ${seed} (FAULTS_SEED=${seed} repeats it)`);
  const [load = 0] = loadavg();
  const cores = availableParallelism();
  if (load > cores / 2) {
    console.warn(
      `the machine is busy (load ${load.toFixed(1)} on ${cores} cores): cases take longer, figures mean less`,
    );
  }
  const began = performance.now();
  const indexes = await makeIndexes(seed);
  console.log(`indexes made in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  project.provide('seed', seed);
  project.provide('indexes', indexes);
  return () => removeIndexes(indexes);
}
