import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { loadPickle, type Unpickled } from '../pickle/load-pickle.ts';
import { loadContents } from './load-contents.ts';
import { storageBytes } from './torch-storage.ts';

/** The start of every file in the legacy format. */
export const LEGACY = { magic: 0x1950a86a20f9469cfc6cn, protocol: 1001 } as const;

/**
 * Reads a checkpoint in the format before PyTorch 1.6: pickles of the magic number, the protocol version, the machine,
 * the contents and the keys of the storages; then for each storage its length (8 bytes) and its numbers.
 */
export async function readLegacyCheckpoint(source: ByteSource): Promise<unknown> {
  const invalid = (what: string): AppError =>
    new AppError('format_invalid', `${source.name}: ${what}`, {
      hint: 'the checkpoint is damaged or truncated; copy or download it again',
    });
  const next = (offset: number): Promise<Unpickled> =>
    loadPickle(source, offset, () => ({ globals: new Map() }));

  const magic = await next(0);
  if (magic.value !== LEGACY.magic) {
    throw new AppError('format_invalid', `${source.name}: is a pickle, but not a PyTorch checkpoint`, {
      hint: 'expected a file that torch.save wrote (.pth, .pth.tar, .pt)',
    });
  }
  const protocol = await next(magic.end);
  const system = await next(protocol.end);
  if (
    protocol.value !== LEGACY.protocol ||
    !(system.value instanceof Map) ||
    system.value.get('little_endian') !== true
  ) {
    throw new AppError('format_unsupported', `${source.name}: was written by an unknown machine or version`, {
      hint: 'load it with PyTorch and save it again',
    });
  }
  const contents = await loadContents(source, system.end, source.size);
  const keys = await next(contents.end);
  const storages = contents.views.storages();
  if (!Array.isArray(keys.value) || keys.value.length !== storages.size)
    throw invalid('its list of storages is broken');
  const offsets = new Map<string, number>();
  let at = keys.end;
  for (const key of keys.value as unknown[]) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || offsets.has(storage.key)) throw invalid('its list of storages is broken');
    const length = await source.read(at, 8);
    if (new DataView(length.buffer, length.byteOffset, 8).getBigUint64(0, true) !== BigInt(storage.length)) {
      throw invalid(
        `storage ${JSON.stringify(storage.key.slice(0, 40))} has another length than its tensors say`,
      );
    }
    offsets.set(storage.key, at + 8);
    at += 8 + storageBytes(storage);
  }
  if (at !== source.size) throw invalid(`its storages end at ${at}, but it has ${source.size} bytes`);
  await contents.views.fill(source.name, async ({ key }) => ({ source, offset: offsets.get(key) as number }));
  return contents.value;
}
