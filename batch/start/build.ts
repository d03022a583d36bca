import type { QdrantStore } from '../../workers/clients/index.ts';
import { buildIndex } from '../index/build-index.ts';
import type { Report } from '../report.ts';
import type { DataSource } from './data-source.ts';
import type { StartOptions } from './start-options.ts';

/** Makes the data where it has to be made, and builds its index. */
export async function buildFor(
  { index, vocabulary, dataName, propagation }: StartOptions,
  source: DataSource,
  parts: { readonly store: QdrantStore; readonly backend: string; readonly signal: AbortSignal },
  report: Report,
): Promise<void> {
  const { folder, split, checkpoint } = source;
  await source.prepare(report, parts.signal);
  await buildIndex(
    { index, data: folder, dataName, split, checkpoint, vocabulary, propagation, ...parts },
    report,
  );
}
