import { crc32 } from 'hash-wasm';
import { AppError } from '../../errors/index.ts';
import { type ByteSource, bytesSource, partOfSource } from '../byte-source.ts';
import { inflate } from './inflate.ts';
import { readZipDirectory, type ZipDirectory, type ZipEntry, zipInvalid } from './zip-directory.ts';

/** The members of a zip archive by name, each as a source. */
export interface ZipArchive {
  readonly names: readonly string[];
  /** Bytes of a member's contents; undefined if there is no such member. */
  sizeOf(name: string): number | undefined;
  /**
   * A member's contents. Members of up to 64 MiB and all deflated ones are read whole and checked against their
   * checksum; larger stored members are read in ranges, unchecked.
   *
   * @throws AppError `format_invalid`; `format_unsupported` for members that are encrypted, packed otherwise, or expand
   *   too much.
   */
  open(name: string): Promise<ByteSource>;
}

const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 };
const STORED = 0;
const DEFLATED = 8;
const CHECKED_SIZE = 64 << 20;
/** The best ratio that deflate can reach. */
const HIGHEST_RATIO = 1032;
/** The limit of what a deflated member may expand to: arrays of zeros compress well, bombs better. */
const BASE_INFLATED = 256 << 20;
const INFLATED_PER_BYTE = 32;

/**
 * Opens a zip archive. The caller closes the source after the last use of a member.
 *
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const directory = await readZipDirectory(source);
  return {
    names: [...directory.entries.keys()],
    sizeOf: (name) => directory.entries.get(name)?.size,
    open: async (name) => {
      const entry = directory.entries.get(name);
      if (entry === undefined) throw zipInvalid(source.name, `has no member ${JSON.stringify(name)}`);
      return openMember(source, directory, entry);
    },
  };
}

async function openMember(source: ByteSource, directory: ZipDirectory, entry: ZipEntry): Promise<ByteSource> {
  const { size, packedSize, method } = entry;
  const name = `${source.name}: ${entry.name}`;
  const packed = partOfSource(source, name, await locateData(source, directory, entry), packedSize);
  if (entry.encrypted || (method !== STORED && method !== DEFLATED)) {
    throw new AppError(
      'format_unsupported',
      `${name}: is ${entry.encrypted ? 'encrypted' : `packed by method ${method}`}`,
      {
        hint: 'pack the archive again, stored or deflated',
      },
    );
  }
  if (method === STORED) {
    if (size !== packedSize) throw zipInvalid(name, `is stored in ${packedSize} bytes, but says ${size}`);
    return size > CHECKED_SIZE ? packed : checked(name, await packed.read(0, size), entry);
  }
  if (size > HIGHEST_RATIO * (packedSize + 1))
    throw zipInvalid(name, `cannot unpack ${packedSize} bytes to ${size}`);
  if (size > BASE_INFLATED + INFLATED_PER_BYTE * packedSize) {
    throw new AppError(
      'format_unsupported',
      `${name}: unpacks ${packedSize} bytes to ${size}, which only zip bombs do`,
      {
        hint: 'if it is none, save it unpacked (numpy.savez instead of savez_compressed)',
      },
    );
  }
  return checked(name, inflate(name, await packed.read(0, packedSize), size), entry);
}

/** The offset of a member's bytes: after its local header, whose name must be that of the directory. */
async function locateData(source: ByteSource, directory: ZipDirectory, entry: ZipEntry): Promise<number> {
  const header = await source.read(entry.offset, LOCAL_HEADER.bytes + entry.nameBytes.length);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const sameName = entry.nameBytes.every((byte, index) => byte === header[LOCAL_HEADER.bytes + index]);
  const nameLength = view.getUint16(26, true);
  if (
    view.getUint32(0, true) !== LOCAL_HEADER.signature ||
    nameLength !== entry.nameBytes.length ||
    !sameName
  ) {
    throw zipInvalid(source.name, `${JSON.stringify(entry.name)} is not where the directory says`);
  }
  const offset = entry.offset + LOCAL_HEADER.bytes + nameLength + view.getUint16(28, true);
  if (offset + entry.packedSize > directory.offset) throw zipInvalid(source.name, 'its members overlap');
  return offset;
}

async function checked(name: string, bytes: Uint8Array, { checksum }: ZipEntry): Promise<ByteSource> {
  const found = Number.parseInt(await crc32(bytes), 16);
  if (found !== checksum) throw zipInvalid(name, 'its bytes do not match their checksum');
  return bytesSource(name, bytes);
}
