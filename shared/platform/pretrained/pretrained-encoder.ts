import {
  type OpenEncoder,
  type RecallTextEncoder,
  type StoredRecallEncoder,
  storePretrained,
} from '../../retrieval/index.ts';
import type { PretrainedFiles } from './pretrained-files.ts';
import { openPretrainedTexts } from './pretrained-texts.ts';
import { recallTexts } from './recall-texts.ts';

/** A pretrained encoder that indexes are built with. */
export interface PretrainedEncoder extends PretrainedFiles {
  /** Length of its vectors. */
  readonly dimensions: number;
  /** As the model of an index names it. */
  readonly stored: StoredRecallEncoder;
  /** Opens its own text side. */
  readonly openTexts: OpenEncoder<RecallTextEncoder>;
}

/**
 * Checks that the text side of a pretrained encoder runs, and learns the length of its vectors.
 *
 * @throws AppError of `openPretrainedTexts`.
 */
export async function openPretrainedEncoder(files: PretrainedFiles): Promise<PretrainedEncoder> {
  const { name, identity, folder, texts, sums } = files;
  const open = await openPretrainedTexts(folder, texts);
  let dimensions: number;
  try {
    dimensions = (await open.encode('a photograph')).length;
  } finally {
    await open.close();
  }
  const stored = storePretrained({
    dimensions,
    name,
    identity,
    text: {
      network: texts.network,
      files: Object.fromEntries(texts.paths.map((path) => [path, sums[path] ?? ''])),
    },
  });
  return {
    ...files,
    dimensions,
    stored,
    openTexts: async (part) => {
      const own = await openPretrainedTexts(folder, texts);
      return recallTexts(part, own, () => own.close());
    },
  };
}
