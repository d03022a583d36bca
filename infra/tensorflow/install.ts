import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import process from 'node:process';
import { AppError } from '../../shared/errors/index.ts';
import { makeEmptyFolder, writeFileAtomic, writing } from '../../shared/platform/atomic-file.ts';
import { isAlive } from '../../shared/platform/process-identity.ts';
import {
  readSetUpManifest,
  SET_UP_FILES,
  type SetUpManifest,
  setUpFolder,
} from '../../shared/platform/tfjs/tensorflow-set-up.ts';
import { downloadWheels, pinnedPackages } from '../download-wheels.ts';
import { runTool, toolOutput } from '../run-tool.ts';
import { compileAddons } from './compile.ts';
import { assertPip, assertSpace, findTools } from './requirements.ts';
import type { SelfTest } from './self-test.ts';
import { unpackWheel } from './unpack-wheel.ts';
import { type Device, givenWheels, requirementsFile } from './wheels.ts';

export interface InstallOptions {
  /** The destination folder; `GSMN_TENSORFLOW` names it if it is not the project's own. */
  readonly target: string;
  readonly device: Device;
  /** A wheel or a folder of wheels to use instead of downloading. */
  readonly wheel?: string | undefined;
  /** Sets it up again even if it exists. */
  readonly force?: boolean;
  /** The C++ compiler; by default the first of the usual ones. */
  readonly compiler?: string | undefined;
  readonly signal: AbortSignal;
  /** Receives one line for each step. */
  readonly say: (line: string) => void;
}

/** Disk space for the wheels, for what is unpacked from them, and some reserve: measured 1.1 and 8.4 GiB. */
const NEEDED_BYTES: Record<Device, number> = { cpu: 1.5 * 2 ** 30, cuda: 10 * 2 ** 30 };
const BUILDING = /^building-(\d+)$/;
const MIB = 2 ** 20;

/**
 * Sets up TensorFlow in a folder: gets the wheels, unpacks their libraries, compiles the binding against them, tests it in
 * a separate process, and only then renames it to its final place. An existing set-up stays until then. If it was made
 * from the same wheels, nothing else is done.
 *
 * @throws AppError that says what is missing or broken and how to fix it; nothing incomplete is left behind.
 */
export async function installTensorflow(options: InstallOptions): Promise<void> {
  const { target, device, say, signal } = options;
  const wanted = await wantedWheels(options);
  if (!options.force && (await isThere(target, wanted))) {
    say(`TensorFlow is already set up in ${target} (${wanted.join(', ')}; --force sets it up again)`);
    await selfTest(target, say, signal);
    return;
  }
  const tools = await findTools(options.compiler);
  if (options.wheel === undefined) await assertPip();
  await writing(target, () => mkdir(target, { recursive: true }));
  await removeAbandoned(target);
  await assertSpace(target, NEEDED_BYTES[device]);

  const building = join(target, `building-${process.pid}`);
  const folder = setUpFolder(building);
  const downloads = join(building, 'downloads');
  try {
    await makeEmptyFolder(building);
    await mkdir(folder, { recursive: true });
    const wheels = await getWheels(options, wanted, downloads);
    for (const wheel of wheels) {
      const bytes = await unpackWheel(wheel, folder, signal);
      say(`unpacked ${basename(wheel)}: ${Math.round(bytes / MIB)} MiB`);
    }
    if (!existsSync(join(folder, 'tensorflow', 'libtensorflow_cc.so.2'))) {
      throw new AppError(
        'format_unsupported',
        `there is no libtensorflow_cc.so.2 in ${wheels.map((path) => basename(path)).join(', ')}`,
        {
          hint: 'use a wheel of tensorflow or tensorflow-cpu, 2.21 if in doubt',
        },
      );
    }
    say('compiling the binding');
    await compileAddons(tools, folder, signal);
    await rm(join(folder, 'tensorflow', 'include'), { recursive: true });
    const manifest: SetUpManifest = {
      format: 'gsmn-tensorflow',
      version: 1,
      wheels: wanted,
      binding: bindingVersion(),
    };
    await writeFileAtomic(join(folder, SET_UP_FILES.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
    await selfTest(building, say, signal);
    if (existsSync(setUpFolder(target))) await rename(setUpFolder(target), join(building, 'replaced'));
    await rename(folder, setUpFolder(target));
    say(`TensorFlow is set up in ${target}`);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/** What distinguishes set-ups: the pinned packages, or the names of the given wheels. */
async function wantedWheels({ wheel, device }: InstallOptions): Promise<string[]> {
  if (wheel === undefined) return (await pinnedPackages(requirementsFile(device))).map(({ name }) => name);
  return (await givenWheels(wheel, device)).map((path) => basename(path));
}

async function isThere(target: string, wanted: readonly string[]): Promise<boolean> {
  // If the manifest cannot be read, TensorFlow is set up again.
  const manifest = await readSetUpManifest(target).catch(() => undefined);
  return manifest?.binding === bindingVersion() && manifest.wheels.join() === wanted.join();
}

async function getWheels(
  { wheel, device, say, signal }: InstallOptions,
  wanted: readonly string[],
  folder: string,
): Promise<string[]> {
  if (wheel !== undefined) return givenWheels(wheel, device);
  say(`downloading ${wanted.join(', ')}`);
  return downloadWheels(requirementsFile(device), "TensorFlow's wheels", folder, signal);
}

function bindingVersion(): string {
  const require = createRequire(import.meta.url);
  return (require('@tensorflow/tfjs-node-gpu/package.json') as { version: string }).version;
}

/** Removes what killed set-ups have left behind. */
async function removeAbandoned(target: string): Promise<void> {
  for (const name of await readdir(target)) {
    const process_ = BUILDING.exec(name)?.[1];
    if (process_ === undefined || isAlive(Number(process_))) continue;
    await rm(join(target, name), { recursive: true, force: true });
  }
}

async function selfTest(target: string, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const program = join(import.meta.dirname, 'self-test.ts');
  const environment = { GSMN_TENSORFLOW: target };
  const printed = await runTool(process.execPath, [program], { signal, environment }).catch(
    (thrown: unknown) => {
      throw new AppError(
        'backend_unavailable',
        `TensorFlow in ${target} does not work: ${toolOutput(thrown)}`,
        {
          hint: 'a CPU without AVX cannot run it; else run `npm run setup:tensorflow -- --force`',
          cause: thrown,
        },
      );
    },
  );
  const { tensorflow, device, gigaflops } = JSON.parse(printed) as SelfTest;
  say(
    `TensorFlow ${tensorflow} works on the ${device.toUpperCase()}: ${gigaflops} GFLOP/s in matrix products`,
  );
}
