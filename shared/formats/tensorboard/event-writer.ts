import { ByteWriter } from '../byte-writer.ts';
import { type Crc32c, loadCrc32c } from '../checksum.ts';
import { scalarMessage, type TrainingEvent, versionMessage } from './event-message.ts';
import { FILE_VERSION, maskedChecksum } from './record.ts';

/**
 * Produces the bytes of TensorBoard's event files (`events.out.tfevents.*`): a header, then pieces that are appended to
 * it. Every piece is complete by itself, so a file that is cut between two pieces is valid.
 */
export interface EventEncoder {
  /** The start of a file. `wallTime` is in seconds since 1970. */
  header(wallTime: number): Uint8Array;
  /**
   * Scalars of one step, as one record.
   *
   * @throws AppError `argument_invalid` for a step that is no whole number.
   */
  scalars(event: TrainingEvent): Uint8Array;
}

/** Loads the checksum that records carry. */
export async function loadEventEncoder(): Promise<EventEncoder> {
  const crc32c = await loadCrc32c();
  return {
    header: (wallTime) => record(versionMessage(wallTime, FILE_VERSION), crc32c),
    scalars: (event) => record(scalarMessage(event), crc32c),
  };
}

/**
 * The name of an event file, by which TensorBoard finds it and sorts the files of a run.
 *
 * @param wallTime seconds since 1970, when the file was started.
 * @param writer distinguishes files that were started in the same second: a machine, a process.
 */
export function eventFileName(wallTime: number, writer: string): string {
  return `events.out.tfevents.${String(Math.floor(wallTime)).padStart(10, '0')}.${writer}`;
}

/** Length, its checksum, the message, its checksum. */
function record(message: Uint8Array, crc32c: Crc32c): Uint8Array {
  const length = new ByteWriter();
  length.uint64(message.length);
  const writer = new ByteWriter();
  writer.bytes(length.finish());
  writer.uint32(maskedChecksum(length.finish(), crc32c));
  writer.bytes(message);
  writer.uint32(maskedChecksum(message, crc32c));
  return writer.finish();
}
