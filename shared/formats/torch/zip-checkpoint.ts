import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { openZip } from '../zip/zip-archive.ts';
import { loadContents } from './load-contents.ts';
import { storageBytes } from './torch-storage.ts';

const CONTENTS = 'data.pkl';

/**
 * Reads a checkpoint in the format since PyTorch 1.6: a zip archive of one folder with the pickle of the contents
 * `data.pkl`, the storages `data/{key}`, and the `byteorder`.
 */
export async function readZipCheckpoint(source: ByteSource): Promise<unknown> {
  const invalid = (what: string): AppError =>
    new AppError('format_invalid', `${source.name}: ${what}`, {
      hint: 'expected a file that torch.save wrote; copy or download it again',
    });
  const archive = await openZip(source);
  const found = archive.names.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [path] = found;
  if (path === undefined || found.length > 1) throw invalid('is a zip archive, but not a PyTorch checkpoint');
  const folder = path.slice(0, -CONTENTS.length);
  if (archive.sizeOf(`${folder}byteorder`) !== undefined) {
    const order = await archive.open(`${folder}byteorder`);
    const text = new TextDecoder().decode(await order.read(0, Math.min(order.size, 16)));
    if (text !== 'little') {
      throw new AppError(
        'format_unsupported',
        `${source.name}: its numbers are ${JSON.stringify(text)}-endian`,
        {
          hint: 'load it with PyTorch on a common machine and save it again',
        },
      );
    }
  }
  const pickle = await archive.open(path);
  const contents = await loadContents(pickle, 0, source.size);
  if (contents.end !== pickle.size) throw invalid('something follows the pickle of its contents');
  await contents.views.fill(source.name, async (storage) => {
    const member = `${folder}data/${storage.key}`;
    if (archive.sizeOf(member) !== storageBytes(storage)) {
      throw invalid(
        `storage ${JSON.stringify(storage.key.slice(0, 40))} has another length than its tensors say`,
      );
    }
    return { source: await archive.open(member), offset: 0 };
  });
  return contents.value;
}
