import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteSource } from '../../shared/formats/byte-source.ts';
import { readZipDirectory, type ZipEntry, zipInvalid } from '../../shared/formats/zip/zip-directory.ts';
import { writing } from '../../shared/platform/atomic-file.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';

/** From a TensorFlow wheel: both libraries, and the headers that the binding and Abseil's log need. */
const TENSORFLOW_MEMBER =
  /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2$|include\/(absl|tensorflow\/c|tensorflow\/core\/platform|tsl|xla\/tsl\/c)\/.+\.(h|inc)$)/;
/** From an NVIDIA wheel: its libraries, and what compiles kernels for cards that TensorFlow was not built for. */
const NVIDIA_MEMBER = /^nvidia\/(\w+\/lib\/.+\.so[^/]*$|cuda_nvcc\/(bin|nvvm)\/.+[^/]$)/;
/** The licences of all of it. */
const LICENSE_MEMBER = /^[^/]+\.dist-info\/(licenses\/)?(license|notice|third_party_notices)[^/]*$/i;
const PROGRAM = /\/bin\/[^/]+$/;

const LOCAL_HEADER_BYTES = 30;
const [STORED, DEFLATED] = [0, 8];

/** Whether the set-up needs a member of the wheel. */
export function isNeeded(name: string): boolean {
  return [TENSORFLOW_MEMBER, NVIDIA_MEMBER, LICENSE_MEMBER].some((pattern) => pattern.test(name));
}

/**
 * Unpacks what the set-up needs from a wheel under its own paths: TensorFlow looks for CUDA next to itself, where pip
 * would have put it. Members are streamed, because the largest has a gigabyte, and checked against their checksums.
 *
 * @returns bytes written.
 * @throws AppError `format_invalid` for a damaged wheel, `file_unwritable`.
 */
export function unpackWheel(wheel: string, folder: string, signal: AbortSignal): Promise<number> {
  return withFileSource(wheel, async (source) => {
    const { entries } = await readZipDirectory(source);
    let written = 0;
    for (const entry of entries.values()) {
      if (!isNeeded(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.name.split('/').includes('..')) throw zipInvalid(wheel, `${entry.name} leads outside`);
      await writing(path, async () => {
        await mkdir(dirname(path), { recursive: true });
        await unpackMember(source, entry, path, signal);
        if (PROGRAM.test(entry.name)) await chmod(path, 0o755);
      });
      written += entry.size;
    }
    return written;
  });
}

async function unpackMember(
  source: ByteSource,
  entry: ZipEntry,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { method, encrypted, size, packedSize, checksum, name } = entry;
  if (encrypted || (method !== STORED && method !== DEFLATED)) {
    throw zipInvalid(source.name, `${name} is packed in a way that wheels are not`);
  }
  const header = await source.read(entry.offset, LOCAL_HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset);
  const start = entry.offset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const found = { checksum: 0, size: 0 };
  const counted = new Transform({
    transform(piece: Buffer, _encoding, done) {
      found.checksum = crc32(piece, found.checksum);
      found.size += piece.length;
      done(null, piece);
    },
  });
  const packed =
    packedSize === 0
      ? Readable.from([])
      : createReadStream(source.name, { start, end: start + packedSize - 1 });
  const unpacked = method === DEFLATED ? [createInflateRaw()] : [];
  try {
    await pipeline([packed, ...unpacked, counted, createWriteStream(path)], { signal });
  } catch (thrown) {
    if (!String((thrown as NodeJS.ErrnoException).code).startsWith('Z_')) throw thrown;
    throw zipInvalid(source.name, `the deflated bytes of ${name} are damaged`, thrown);
  }
  if (found.size !== size || found.checksum !== checksum) {
    throw zipInvalid(source.name, `the bytes of ${name} do not match their checksum`);
  }
}
