import { AppError } from '../../shared/errors/index.ts';
import type { CheckpointFormat } from '../../shared/formats/index.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import type { Propagation } from '../../shared/schema/index.ts';
import { CHECKPOINT_SUFFIX, type CheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import { type LoadedNetwork, loadNetwork } from './load-network.ts';
import { writeReleasedCheckpoint } from './write-released-checkpoint.ts';

/** How the released code's checkpoints end. */
const RELEASED_SUFFIX = '.pth.tar';

/**
 * Writes a network in the form that the target's name asks for: `.safetensors` (ours) or `.pth.tar` (the released layout,
 * which PyTorch loads). Numbers, options, epoch, steps and best rsum are kept; of a run's state, what Adam remembers is not.
 *
 * @param format which of PyTorch's formats a `.pth.tar` is written in.
 * @param propagation for a source that does not name its own.
 * @throws AppError of the readers and writers, `argument_invalid` for a target of another name.
 */
export async function convertCheckpoint(
  source: string,
  target: string,
  format: CheckpointFormat,
  propagation?: Propagation,
): Promise<LoadedNetwork> {
  if (!target.endsWith(CHECKPOINT_SUFFIX) && !target.endsWith(RELEASED_SUFFIX)) {
    throw new AppError('argument_invalid', `${target} says no form of checkpoint`, {
      hint: `let its name end in ${CHECKPOINT_SUFFIX} or ${RELEASED_SUFFIX}`,
    });
  }
  const network = await loadNetwork(source, propagation);
  const { config, parameters } = network;
  const options = plainOptions(network);
  const [epoch, steps] = [network.epoch ?? 0, network.iterations ?? 0];
  if (target.endsWith(CHECKPOINT_SUFFIX)) {
    const bestRsum = network.bestRsum ?? null;
    const own = { config, parameters, options, epoch, steps, bestRsum, position: null, moments: new Map() };
    await writeCheckpointFile(target, own);
  } else {
    const bestRsum = network.bestRsum ?? 0;
    const trained = { config, parameters, epoch, bestRsum, iterations: steps };
    const bytes = await writeReleasedCheckpoint(
      { ...trained, options: new Map(Object.entries(options)) },
      format,
    );
    await writeFileAtomic(target, bytes);
  }
  return network;
}

/** Options whose values are plain; the released code has no other. */
function plainOptions({ options }: LoadedNetwork): CheckpointFile['options'] {
  const plain: CheckpointFile['options'] = {};
  for (const [name, value] of options ?? []) {
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    ) {
      plain[name] = value;
    }
  }
  return plain;
}
