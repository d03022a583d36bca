import { AppError } from '../../errors/index.ts';
import { ByteWriter } from '../byte-writer.ts';
import {
  type Field,
  readFields,
  WIRE,
  writeBytes,
  writeKey,
  writeVarint,
} from '../protobuf/protobuf-wire.ts';

/** One entry of an event file. */
export interface TrainingEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Steps of the optimiser so far, or whatever else the horizontal axis counts. */
  readonly step: number;
  /** Values by tag, in the order in which they are written; stored as float32. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** An event that was read: the first one of a file has a version and no scalars. */
export interface StoredEvent extends TrainingEvent {
  readonly fileVersion: string | undefined;
}

/** Field numbers of the messages Event, Summary and Summary.Value in TensorFlow's event.proto and summary.proto. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2 } as const;

function scalarValue(tag: string, value: number): Uint8Array {
  const writer = new ByteWriter();
  writeBytes(writer, VALUE.tag, new TextEncoder().encode(tag));
  writeKey(writer, VALUE.simpleValue, WIRE.fixed32);
  writer.float32(value);
  return writer.finish();
}

function eventStart(wallTime: number): ByteWriter {
  const writer = new ByteWriter();
  writeKey(writer, EVENT.wallTime, WIRE.fixed64);
  writer.float64(wallTime);
  return writer;
}

/** The message with the version of the file's format. */
export function versionMessage(wallTime: number, version: string): Uint8Array {
  const writer = eventStart(wallTime);
  writeBytes(writer, EVENT.fileVersion, new TextEncoder().encode(version));
  return writer.finish();
}

/**
 * The message of the scalars of one step.
 *
 * @throws AppError `argument_invalid` for a step that is no whole number.
 */
export function scalarMessage({ wallTime, step, scalars }: TrainingEvent): Uint8Array {
  if (!Number.isSafeInteger(step)) {
    throw new AppError('argument_invalid', `the step of an event must be a whole number, not ${step}`);
  }
  const writer = eventStart(wallTime);
  writeKey(writer, EVENT.step, WIRE.varint);
  writeVarint(writer, step);
  const summary = new ByteWriter();
  for (const [tag, value] of scalars) writeBytes(summary, SUMMARY.value, scalarValue(tag, value));
  writeBytes(writer, EVENT.summary, summary.finish());
  return writer.finish();
}

/** The bytes of the last field of that number and type, which is the one that counts; undefined if there is none. */
function lastField(fields: readonly Field[], number: number, wireType: number): Field['value'] | undefined {
  return fields.findLast((field) => field.number === number && field.wireType === wireType)?.value;
}

function bytesField(fields: readonly Field[], number: number, wireType: number): Uint8Array | undefined {
  const value = lastField(fields, number, wireType);
  return value instanceof Uint8Array ? value : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function readScalars(summary: Uint8Array): Map<string, number> {
  const scalars = new Map<string, number>();
  for (const { number, wireType, value } of readFields(summary)) {
    if (number !== SUMMARY.value || wireType !== WIRE.bytes || !(value instanceof Uint8Array)) continue;
    const fields = [...readFields(value)];
    const tag = bytesField(fields, VALUE.tag, WIRE.bytes);
    const scalar = bytesField(fields, VALUE.simpleValue, WIRE.fixed32);
    // Histograms, images and the rest have a tag and no simple value.
    if (tag !== undefined && scalar !== undefined)
      scalars.set(decodeText(tag), viewOf(scalar).getFloat32(0, true));
  }
  return scalars;
}

/**
 * Reads an Event; of its summary only the simple scalars.
 *
 * @throws RangeError, TypeError for bytes that are not such a message.
 */
export function readEventMessage(bytes: Uint8Array): StoredEvent {
  const fields = [...readFields(bytes)];
  const wallTime = bytesField(fields, EVENT.wallTime, WIRE.fixed64);
  const step = lastField(fields, EVENT.step, WIRE.varint);
  const version = bytesField(fields, EVENT.fileVersion, WIRE.bytes);
  const summary = bytesField(fields, EVENT.summary, WIRE.bytes);
  return {
    wallTime: wallTime === undefined ? 0 : viewOf(wallTime).getFloat64(0, true),
    step: typeof step === 'bigint' ? Number(BigInt.asIntN(64, step)) : 0,
    scalars: summary === undefined ? new Map() : readScalars(summary),
    fileVersion: version === undefined ? undefined : decodeText(version),
  };
}
