import { AppError } from '../../errors/index.ts';
import { type Crc32c, loadCrc32c } from '../checksum.ts';
import { readEventMessage, type StoredEvent } from './event-message.ts';
import { FILE_VERSION, maskedChecksum, RECORD } from './record.ts';

/** The contents of an event file. */
export interface EventFile {
  /** All events, the first one with the version of the format. */
  readonly events: readonly StoredEvent[];
  /** Bytes of the complete records: a writer that continues the file must start there. */
  readonly wholeBytes: number;
}

export interface ReadEventsOptions {
  /**
   * What to do with an incomplete last record, as a killed writer leaves it: `refuse` (default), or `drop` it and
   * return the records before it. Damage is always refused.
   */
  readonly cutTail?: 'refuse' | 'drop';
}

/**
 * Reads an event file of TensorBoard: wall time, step and simple scalars of each event. Histograms, images and scalars
 * that are stored as tensors are skipped.
 *
 * @param name the name of the file in messages.
 * @throws AppError `format_invalid` for a record that is damaged or cut off, `format_unsupported` for another version.
 */
export async function readEvents(
  name: string,
  bytes: Uint8Array,
  { cutTail = 'refuse' }: ReadEventsOptions = {},
): Promise<EventFile> {
  const crc32c = await loadCrc32c();
  const events: StoredEvent[] = [];
  let at = 0;
  while (at < bytes.length) {
    const where = `${name}: record ${events.length + 1}, at byte ${at}`;
    const message = readRecord(where, bytes, at, crc32c);
    if (message === undefined) {
      if (cutTail === 'drop') break;
      throw new AppError('format_invalid', `${where}, is cut off`, {
        hint: 'its writer was stopped in the middle; the records before it are complete',
      });
    }
    events.push(parseEvent(where, message));
    at = message.byteOffset - bytes.byteOffset + message.length + RECORD.checksumBytes;
  }
  assertVersion(name, events[0]);
  return { events, wholeBytes: at };
}

/** The message of the record that starts at `at`; undefined if the bytes end within it. */
function readRecord(where: string, bytes: Uint8Array, at: number, crc32c: Crc32c): Uint8Array | undefined {
  const damaged = (what: string): AppError =>
    new AppError('format_invalid', `${where}: ${what} does not match its checksum`, {
      hint: 'the file is damaged, or is not a TensorBoard event file',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = at + RECORD.lengthBytes + RECORD.checksumBytes;
  if (start > bytes.length) return undefined;
  const lengthBytes = bytes.subarray(at, at + RECORD.lengthBytes);
  if (view.getUint32(at + RECORD.lengthBytes, true) !== maskedChecksum(lengthBytes, crc32c)) {
    throw damaged('its length');
  }
  const end = start + Number(view.getBigUint64(at, true));
  if (end + RECORD.checksumBytes > bytes.length) return undefined;
  const message = bytes.subarray(start, end);
  if (view.getUint32(end, true) !== maskedChecksum(message, crc32c)) throw damaged('its content');
  return message;
}

function parseEvent(where: string, message: Uint8Array): StoredEvent {
  try {
    return readEventMessage(message);
  } catch (cause) {
    throw new AppError('format_invalid', `${where}: is not an event: ${String(cause)}`, {
      hint: 'the record is complete, but it does not contain a TensorBoard event',
      cause,
    });
  }
}

function assertVersion(name: string, first: StoredEvent | undefined): void {
  if (first === undefined || first.fileVersion === FILE_VERSION) return;
  throw new AppError(
    'format_unsupported',
    `${name}: begins with ${first.fileVersion === undefined ? 'no version' : `the version ${JSON.stringify(first.fileVersion)}`}`,
    { hint: `event files begin with ${FILE_VERSION}` },
  );
}
