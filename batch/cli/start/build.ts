import { propagationSchema } from '../../../shared/schema/index.ts';
import type { QdrantStore } from '../../../workers/clients/index.ts';
import { buildIndex } from '../../generation/build-index.ts';
import { terminalReport } from '../report.ts';
import type { DataSource } from './data-source.ts';
import type { StartOptions } from './start-options.ts';

/** Makes the data where it has to be made, and builds its index; progress goes to stderr. */
export async function buildFor(
  options: StartOptions,
  source: DataSource,
  parts: { readonly store: QdrantStore; readonly backend: string; readonly signal: AbortSignal },
): Promise<void> {
  const { index, vocabulary, dataName } = options;
  const { folder, split, checkpoint } = source;
  await source.prepare(terminalReport, parts.signal);
  await buildIndex(
    {
      index,
      data: folder,
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
