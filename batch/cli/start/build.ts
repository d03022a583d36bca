import { propagationSchema } from '../../../shared/schema/index.ts';
import type { QdrantStore } from '../../../workers/clients/index.ts';
import { buildIndex } from '../../generation/build-index.ts';
import { dataFolder } from '../options.ts';
import { terminalReport } from '../report.ts';
import type { StartOptions } from './start-options.ts';

/** Builds the index that the options describe; progress goes to stderr. */
export async function buildFor(
  options: StartOptions,
  parts: { readonly store: QdrantStore; readonly backend: string; readonly signal: AbortSignal },
): Promise<void> {
  const { index, split, checkpoint, vocabulary, dataName } = options;
  await buildIndex(
    {
      index,
      data: dataFolder(options),
      dataName,
      split,
      checkpoint,
      vocabulary,
      propagation: propagationSchema.optional().parse(options.propagation),
      ...parts,
    },
    terminalReport,
  );
}
