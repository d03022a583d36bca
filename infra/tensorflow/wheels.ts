import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';

/** The kind of TensorFlow: without or with CUDA. */
export type Device = 'cpu' | 'cuda';

const TENSORFLOW_WHEEL = /^tensorflow(_cpu)?-[^-]+-.*\.whl$/;
const NVIDIA_WHEEL = /^nvidia_.*\.whl$/;

/** The file that pins the wheels of a device. */
export function requirementsFile(device: Device): string {
  return join(import.meta.dirname, 'wheels', `${device}.txt`);
}

/**
 * The wheels at a path: a TensorFlow wheel, or a folder with one and, for CUDA, NVIDIA's.
 *
 * @throws AppError `file_missing`; `argument_invalid` unless exactly one TensorFlow fits, or if NVIDIA's wheels are
 *   missing.
 */
export async function givenWheels(path: string, device: Device): Promise<string[]> {
  const found = await stat(path).catch((thrown: unknown) => {
    throw new AppError('file_missing', `--wheel: there is nothing at ${path}`, {
      hint: 'pass the path of a wheel, or of a folder of wheels',
      cause: thrown,
    });
  });
  const paths = found.isDirectory()
    ? (await readdir(path)).toSorted().map((name) => join(path, name))
    : [path];
  const named = (pattern: RegExp) => paths.filter((file) => pattern.test(basename(file)));
  const [tensorflow, ...more] = named(TENSORFLOW_WHEEL);
  if (tensorflow === undefined || more.length > 0) {
    throw new AppError(
      'argument_invalid',
      `--wheel: ${path} has ${more.length + (tensorflow === undefined ? 0 : 1)} TensorFlow wheels, expected one`,
      { hint: 'name the wheel (tensorflow-… or tensorflow_cpu-….whl), or a folder that holds one of them' },
    );
  }
  if (!/linux.*x86_64/.test(basename(tensorflow))) {
    throw new AppError('argument_invalid', `--wheel: ${basename(tensorflow)} is not for Linux on x64`, {
      hint: 'use a wheel whose name ends in manylinux…x86_64.whl',
    });
  }
  if (device === 'cpu') return [tensorflow];
  const nvidia = named(NVIDIA_WHEEL);
  if (nvidia.length === 0) {
    throw new AppError(
      'argument_invalid',
      `--wheel: ${path} has no NVIDIA wheels (nvidia_….whl) for --cuda`,
      {
        hint: `pass a folder with the wheels that ${requirementsFile(device)} lists`,
      },
    );
  }
  return [tensorflow, ...nvidia];
}
