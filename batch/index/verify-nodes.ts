import { AppError } from '../../shared/errors/index.ts';
import {
  assertModelOf,
  GENERATION_PATHS,
  type GenerationFiles,
  NodeStoreReader,
  readModel,
  withFile,
  within,
} from '../../shared/generation/index.ts';
import type { WorkOptions } from '../../shared/model/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';

/**
 * Reads every graph of a generation and checks it against its checksum, and the model against its fingerprints.
 * Progress counts graphs.
 *
 * @throws AppError `checksum_mismatch`, `fingerprint_mismatch`, `shape_mismatch`, `format_invalid`, `cancelled`.
 */
export async function verifyNodes(
  files: GenerationFiles,
  manifest: GenerationManifest,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  assertModelOf(manifest, await readModel(within(files, GENERATION_PATHS.model)));
  const total = manifest.images.count + manifest.captions.count;
  let before = 0;
  for (const [path, count] of [
    [GENERATION_PATHS.imageNodes, manifest.images.count],
    ...(manifest.holds.includes('captions')
      ? [[GENERATION_PATHS.captionNodes, manifest.captions.count] as const]
      : []),
  ] as const) {
    await withFile(files, path, async (source) => {
      const reader = await NodeStoreReader.open(source);
      if (reader.layout.graphs !== count) {
        throw new AppError(
          'shape_mismatch',
          `${source.name} has ${reader.layout.graphs} graphs, expected ${count}`,
          {
            hint: 'build the generation again',
          },
        );
      }
      const start = before;
      await reader.verify({ signal, onProgress: (done) => onProgress?.(start + done, total) });
      before += count;
    });
  }
}
