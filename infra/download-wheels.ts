import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../shared/errors/index.ts';
import { runTool, toolOutput } from './run-tool.ts';

/** The wheels fit any Python, and any glibc since 2.27 or 2.28: Python runs nothing in them. */
const WHEEL_TAGS = [
  '--implementation=cp',
  '--python-version=3.12',
  '--abi=cp312',
  ...['2_28', '2_27', '2_17', '2_12'].map((glibc) => `--platform=manylinux_${glibc}_x86_64`),
  ...['2014', '2010'].map((year) => `--platform=manylinux${year}_x86_64`),
];

/** A line of a file of requirements: a package, its version, and the SHA-256 of its wheel. */
export interface PinnedPackage {
  /** `name==version` */
  readonly name: string;
  readonly sha256: string;
}

/**
 * The pinned packages of a file of requirements.
 *
 * @throws AppError `format_invalid` for a line without version and SHA-256.
 */
export async function pinnedPackages(requirements: string): Promise<PinnedPackage[]> {
  const text = await readFile(requirements, 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, sha256] = /^(\S+==\S+) --hash=sha256:([0-9a-f]{64})$/.exec(line) ?? [];
    if (name !== undefined && sha256 !== undefined) return { name, sha256 };
    throw new AppError('format_invalid', `${requirements}: ${line} pins no version and SHA-256`);
  });
}

/**
 * Downloads the wheels of a file of requirements with pip, which checks each against its pinned hash.
 *
 * @param what the wheels, as the message names them.
 * @param folder receives the wheels.
 * @returns their paths.
 * @throws AppError `backend_unavailable` when they cannot be had, with what pip said.
 */
export async function downloadWheels(
  requirements: string,
  what: string,
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
  const exact = ['--no-deps', '--require-hashes', '--only-binary=:all:', ...WHEEL_TAGS];
  await runTool(
    'python3',
    ['-m', 'pip', 'download', ...quiet, ...exact, '--dest', folder, '-r', requirements],
    { signal },
  ).catch((thrown: unknown) => {
    throw new AppError('backend_unavailable', `${what} could not be downloaded: ${toolOutput(thrown)}`, {
      hint: 'check the network and pip (its index, its proxy), or pass what was downloaded elsewhere: --wheel PATH',
      cause: thrown,
    });
  });
  return (await readdir(folder)).map((name) => join(folder, name));
}
