import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/support/close.ts';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { createMemory, instantiateKernel } from '../../match/simd/index.ts';
import { hasRelaxedSimd } from '../../match/simd/relaxed-simd.ts';
import { loadMatchKernel } from './compile-kernel.ts';
import { nodeKernelRuntime } from './index.ts';

const SEED = 20261126;
const START = 4096;

async function loadKernel(relaxed: boolean) {
  const runtime = await nodeKernelRuntime({ relaxed });
  const memory = createMemory(runtime);
  memory.grow(16);
  const floats = (address: number, count: number) => new Float32Array(memory.buffer, address, count);
  return { kernel: instantiateKernel(runtime.module, memory), floats };
}

describe.each([
  ['with relaxed instructions', true],
  ['without them', false],
])(`the kernel %s (seed ${SEED})`, (_, relaxed) => {
  it('has exponentials with a relative error below 2e-7, and never NaN', async () => {
    const { kernel, floats } = await loadKernel(relaxed);
    const count = 100_000;
    const x = Float32Array.from({ length: count }, (__, index) => (-87 * index) / count);
    floats(START, count).set(x);
    kernel.exponentials(START, count);
    expectClose(floats(START, count), Float64Array.from(x, Math.exp), { absolute: 0, relative: 2e-7 });
    floats(START, 4).set([0, -1e4, -Infinity, Number.NaN]);
    kernel.exponentials(START, 4);
    const [one, small, smallest, none] = floats(START, 4);
    expect([one, none]).toEqual([1, Number.NaN]);
    expect(small).toBeLessThan(2e-38);
    expect(smallest).toBeLessThan(2e-38);
  });

  it('has hyperbolic tangents with an error below 2e-7', async () => {
    const { kernel, floats } = await loadKernel(relaxed);
    const count = 100_000;
    const x = Float32Array.from({ length: count }, (__, index) => 12 * (index / count - 0.5));
    x.set([1e30, -1e30, Infinity, -Infinity]);
    floats(START, count).set(x);
    kernel.hyperbolicTangents(START, count);
    expectClose(floats(START, count), Float64Array.from(x, Math.tanh), { absolute: 2e-7, relative: 0 });
  });

  it.each([
    [2, 4, 1],
    [4, 8, 3],
    [6, 4, 7],
    [8, 12, 5],
    [14, 36, 64],
    [18, 20, 33],
  ])('multiplies %i rows by %i columns over %i', async (rows, columns, k) => {
    const { kernel, floats } = await loadKernel(relaxed);
    const random = seededRandom(SEED);
    const [held, a, b, c] = [Math.max(rows, 4), START, START + 65_536, START + 131_072];
    const left = randomNumbers(random, k * held);
    const right = randomNumbers(random, k * columns);
    const expected = Float64Array.from({ length: rows * columns }, (__, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      let sum = 0;
      for (let j = 0; j < k; j++)
        sum += (left[j * held + row] as number) * (right[j * columns + column] as number);
      return sum;
    });
    floats(a, left.length).set(left);
    floats(b, right.length).set(right);
    kernel.multiply(a, 4 * held, rows, b, 4 * columns, columns, k, c, 4 * columns, 0);
    const tolerance = { absolute: 1e-5, relative: 1e-5 };
    expectClose(floats(c, rows * columns), expected, tolerance);
    kernel.multiply(a, 4 * held, rows, b, 4 * columns, columns, k, c, 4 * columns, 1);
    expectClose(
      floats(c, rows * columns),
      expected.map((value) => 2 * value),
      tolerance,
      'added',
    );
  });
});

it('detects what this runtime supports', async () => {
  // V8 has relaxed SIMD from Chrome 114 on.
  expect(hasRelaxedSimd()).toBe(Number.parseInt(process.versions.v8, 10) >= 12);
  const [relaxed, plain] = await Promise.all(
    [true, false].map((build) => loadMatchKernel({ relaxed: build, sharedMemory: true })),
  );
  expect((await nodeKernelRuntime()).module).toBe(hasRelaxedSimd() ? relaxed : plain);
});
