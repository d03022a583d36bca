import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { runTool, toolOutput } from './run-tool.ts';

/** The kind of TensorFlow: without or with CUDA. */
export type Device = 'cpu' | 'cuda';

const TENSORFLOW_WHEEL = /^tensorflow(_cpu)?-[^-]+-.*\.whl$/;
const NVIDIA_WHEEL = /^nvidia_.*\.whl$/;

/** The wheels fit any Python, and any glibc since 2.27 or 2.28: Python runs nothing in them. */
const WHEEL_TAGS = [
  '--implementation=cp',
  '--python-version=3.12',
  '--abi=cp312',
  ...['2_28', '2_27', '2_17', '2_12'].map((glibc) => `--platform=manylinux_${glibc}_x86_64`),
  ...['2014', '2010'].map((year) => `--platform=manylinux${year}_x86_64`),
];

function requirementsFile(device: Device): string {
  return join(import.meta.dirname, 'wheels', `${device}.txt`);
}

/** The pinned packages of a device, as `name==version`. */
export async function pinnedPackages(device: Device): Promise<string[]> {
  const text = await readFile(requirementsFile(device), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ', 1)[0] ?? '');
}

/**
 * Downloads the pinned wheels with pip, which checks each against its pinned hash.
 *
 * @param folder receives the wheels.
 * @returns their paths.
 * @throws AppError `backend_unavailable` when they cannot be had, with what pip said.
 */
export async function downloadWheels(device: Device, folder: string, signal: AbortSignal): Promise<string[]> {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
  const exact = ['--no-deps', '--require-hashes', '--only-binary=:all:', ...WHEEL_TAGS];
  await runTool(
    'python3',
    ['-m', 'pip', 'download', ...quiet, ...exact, '--dest', folder, '-r', requirementsFile(device)],
    { signal },
  ).catch((thrown: unknown) => {
    throw new AppError(
      'backend_unavailable',
      `TensorFlow's wheels could not be downloaded: ${toolOutput(thrown)}`,
      {
        hint: 'check the network and pip (its index, its proxy), or pass wheels: --wheel PATH',
        cause: thrown,
      },
    );
  });
  return (await readdir(folder)).map((name) => join(folder, name));
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
