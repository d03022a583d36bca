import { AppError } from '../../errors/index.ts';
import { ByteWriter } from '../byte-writer.ts';
import { loadCrc32 } from '../checksum.ts';
import { concatenate } from '../concatenate.ts';

const SIGNATURES = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
const LOCAL_HEADER_BYTES = 30;
/** An extra field starts with its id and its length. */
const EXTRA_HEADER_BYTES = 4;
/** The id of the extra field for padding, which PyTorch uses as well: the letters FB. */
const PADDING_ID = 0x4246;
/** Names are UTF-8. */
const FLAGS = 0x800;
/** 2.0, as in all archives without 64-bit fields. */
const VERSION = 20;
/** Midnight of 1980-01-01, the earliest date: the same members give the same bytes. */
const DATE = 0x21;
const LARGEST = 0xffffffff;
const MOST_MEMBERS = 0xffff;

interface Member {
  readonly name: Uint8Array;
  readonly size: number;
  readonly checksum: number;
  /** The offset of its local header. */
  readonly offset: number;
}

/**
 * A zip archive of members that are stored uncompressed, in their order.
 *
 * @param alignment the contents of every member start at a multiple of this many bytes.
 * @throws AppError `format_unsupported` beyond 4 GiB or 65535 members, which needs 64-bit fields.
 */
export async function writeStoredZip(
  members: ReadonlyMap<string, Uint8Array>,
  alignment: number,
): Promise<Uint8Array> {
  const crc32 = await loadCrc32();
  const pieces: Uint8Array[] = [];
  const written: Member[] = [];
  let offset = 0;
  for (const [text, bytes] of members) {
    const name = new TextEncoder().encode(text);
    const member = { name, size: bytes.byteLength, checksum: crc32(bytes), offset };
    const header = localHeader(member, alignment);
    pieces.push(header, bytes);
    written.push(member);
    offset += header.byteLength + bytes.byteLength;
    if (offset > LARGEST || written.length > MOST_MEMBERS) {
      throw new AppError(
        'format_unsupported',
        `at ${JSON.stringify(text)} a zip archive would exceed 4 GiB or ${MOST_MEMBERS} members`,
      );
    }
  }
  return concatenate([...pieces, directory(written, offset)]);
}

/** The fields that both headers of a member have. */
function writeCommon(writer: ByteWriter, { name, size, checksum }: Member, extra: number): void {
  writer.uint16(VERSION);
  writer.uint16(FLAGS);
  writer.uint16(0); // stored
  writer.uint16(0);
  writer.uint16(DATE);
  writer.uint32(checksum);
  writer.uint32(size);
  writer.uint32(size);
  writer.uint16(name.length);
  writer.uint16(extra);
}

function localHeader(member: Member, alignment: number): Uint8Array {
  const end = member.offset + LOCAL_HEADER_BYTES + member.name.length + EXTRA_HEADER_BYTES;
  const padding = (alignment - (end % alignment)) % alignment;
  const writer = new ByteWriter();
  writer.uint32(SIGNATURES.local);
  writeCommon(writer, member, EXTRA_HEADER_BYTES + padding);
  writer.bytes(member.name);
  writer.uint16(PADDING_ID);
  writer.uint16(padding);
  writer.bytes(new Uint8Array(padding));
  return writer.finish();
}

function directory(members: readonly Member[], offset: number): Uint8Array {
  const writer = new ByteWriter();
  for (const member of members) {
    writer.uint32(SIGNATURES.central);
    writer.uint16(VERSION);
    writeCommon(writer, member, 0);
    writer.uint16(0); // comment
    writer.uint16(0); // disk
    writer.uint16(0);
    writer.uint32(0); // attributes
    writer.uint32(member.offset);
    writer.bytes(member.name);
  }
  const size = writer.length;
  writer.uint32(SIGNATURES.end);
  writer.uint32(0); // disks
  writer.uint16(members.length);
  writer.uint16(members.length);
  writer.uint32(size);
  writer.uint32(offset);
  writer.uint16(0); // comment
  return writer.finish();
}
