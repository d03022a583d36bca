import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../../errors/index.ts';
import { type RecallTextEncoder, readPretrained, type StoredRecallEncoder } from '../../retrieval/index.ts';
import { assertFileSums, sumFiles } from './pretrained-files.ts';
import { openPretrainedTexts, type PretrainedTexts } from './pretrained-texts.ts';

/** Where an index keeps the files that texts are encoded with, by the identity of the pretrained encoder. */
export function indexEncoderFolder(index: string, identity: string): string {
  return join(index, 'encoders', identity.slice(0, 16));
}

/**
 * The text side of a pretrained encoder as a recall encoder, from the files that the index keeps. They must be those that
 * the index was built with. Generations with the same encoder share one network.
 *
 * @param index the index's folder.
 * @param where what error messages call the recall encoder.
 * @throws AppError `file_missing`, `checksum_mismatch`, `format_invalid`, `format_unsupported`, `backend_unavailable`.
 */
export async function openRecallTexts(
  index: string,
  stored: StoredRecallEncoder,
  where: string,
): Promise<RecallTextEncoder> {
  const { identity, name, text } = readPretrained(stored, where);
  const folder = indexEncoderFolder(index, identity);
  if (!existsSync(folder)) {
    throw new AppError(
      'file_missing',
      `${where} is the pretrained encoder ${name}, and there is no ${folder}`,
      {
        hint: `copy the folder encoders/ from where the index was built, or build it again with --encoder`,
      },
    );
  }
  const { texts, release } = await share(resolve(folder), async () => {
    const found = await sumFiles(folder, Object.keys(text.files));
    assertFileSums(folder, found, text.files, 'build the index again with --encoder');
    return openPretrainedTexts(folder, text);
  });
  return recallTexts(stored, texts, release);
}

/**
 * A text side that is open as a recall encoder.
 *
 * @param release called once, when it is not used any more.
 */
export function recallTexts(
  stored: StoredRecallEncoder,
  texts: PretrainedTexts,
  release: () => Promise<void>,
): RecallTextEncoder {
  const { kind, dimensions, name } = readPretrained(stored, 'a pretrained encoder');
  let released = false;
  return {
    kind,
    dimensions,
    needs: ['text'],
    encodeTexts: async (some) => {
      const vectors: Float32Array[] = [];
      for (const { text } of some) {
        if (text === undefined) {
          throw new AppError('argument_invalid', `the pretrained encoder ${name} reads texts as written`, {
            hint: 'add the captions as text to the data folder: {split}_caps.txt',
          });
        }
        const vector = await texts.encode(text);
        if (vector.length !== dimensions) {
          throw new AppError(
            'shape_mismatch',
            `the pretrained encoder ${name} gave a vector of ${vector.length}, expected ${dimensions}`,
          );
        }
        vectors.push(vector);
      }
      return vectors;
    },
    dispose: async () => {
      if (released) return;
      released = true;
      await release();
    },
  };
}

interface Shared {
  readonly texts: Promise<PretrainedTexts>;
  users: number;
}

/** Networks that are open in this process, by their folders. */
const open = new Map<string, Shared>();

async function share(folder: string, make: () => Promise<PretrainedTexts>) {
  const found = open.get(folder) ?? { texts: make(), users: 0 };
  open.set(folder, found);
  found.users++;
  const leave = (): boolean => {
    found.users--;
    if (found.users > 0) return false;
    if (open.get(folder) === found) open.delete(folder);
    return true;
  };
  const texts = await found.texts.catch((thrown: unknown) => {
    leave();
    throw thrown;
  });
  return { texts, release: async () => (leave() ? texts.close() : undefined) };
}
