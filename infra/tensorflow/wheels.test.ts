import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pinnedPackages } from '../download-wheels.ts';
import { givenWheels, requirementsFile } from './wheels.ts';

const CPU = 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl';
const CUDA = 'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl';
const CUBLAS = 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl';

describe('given wheels', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wheels-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function put(...names: string[]): void {
    for (const name of names) writeFileSync(join(folder, name), '');
  }

  it('finds a wheel by its path, and in a folder', async () => {
    put(CPU, CUBLAS, 'numpy-2.3-cp312-manylinux_2_27_x86_64.whl', 'tensorflow_estimator-2.15.0-py2.whl');
    expect(await givenWheels(join(folder, CPU), 'cpu')).toEqual([join(folder, CPU)]);
    expect(await givenWheels(folder, 'cpu')).toEqual([join(folder, CPU)]);
  });

  it("includes NVIDIA's for CUDA", async () => {
    put(CUDA, CUBLAS);
    expect((await givenWheels(folder, 'cuda')).map((path) => basename(path))).toEqual([CUDA, CUBLAS]);
  });

  it("refuses CUDA without NVIDIA's", async () => {
    put(CUDA);
    await expect(givenWheels(folder, 'cuda')).rejects.toMatchObject({
      code: 'argument_invalid',
      message: expect.stringContaining('NVIDIA'),
    });
  });

  it('refuses no wheel and two wheels', async () => {
    await expect(givenWheels(folder, 'cpu')).rejects.toMatchObject({
      message: expect.stringContaining('has 0'),
    });
    put(CPU, CUDA);
    await expect(givenWheels(folder, 'cpu')).rejects.toMatchObject({
      code: 'argument_invalid',
      message: expect.stringContaining('has 2'),
    });
  });

  it('refuses a wheel for another system, and a path that does not exist', async () => {
    put('tensorflow-2.21.0-cp312-cp312-macosx_12_0_arm64.whl');
    await expect(givenWheels(folder, 'cpu')).rejects.toMatchObject({ code: 'argument_invalid' });
    await expect(givenWheels(join(folder, 'none'), 'cpu')).rejects.toMatchObject({ code: 'file_missing' });
  });
});

describe('pinned wheels', () => {
  const pinnedNames = async (device: 'cpu' | 'cuda') =>
    (await pinnedPackages(requirementsFile(device))).map(({ name }) => name);

  it('are for one TensorFlow, with CUDA 12 on request', async () => {
    const [cpu, ...more] = await pinnedNames('cpu');
    const [cuda, ...nvidia] = await pinnedNames('cuda');
    expect(more).toEqual([]);
    expect(cpu?.replace('-cpu', '')).toBe(cuda);
    expect(nvidia.length).toBeGreaterThan(8);
    for (const name of nvidia) expect(name).toMatch(/^nvidia-[a-z]+(-[a-z]+)?-cu12==[\d.]+$/);
  });
});
