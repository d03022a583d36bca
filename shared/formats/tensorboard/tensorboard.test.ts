import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../../test/support/data-folder.ts';
import { errorCode } from '../../../test/support/error-code.ts';
import { littleEndian } from '../../../test/support/pickle-bytes.ts';
import { loadCrc32c } from '../checksum.ts';
import { eventFileName, loadEventEncoder, readEvents } from './index.ts';
import { maskedChecksum } from './record.ts';

const encoder = await loadEventEncoder();
const GOLDEN_EVENTS = [
  {
    wallTime: 1700000001.5,
    step: 300,
    scalars: new Map([
      ['Le', 0.5],
      ['lr', Math.fround(0.0002)],
    ]),
  },
  { wallTime: 1700000002, step: -1, scalars: new Map([['größe/é', Infinity]]) },
];
const HEADER_TIME = 1700000000.25;

/** The same three records as written by the RecordWriter and the messages of TensorBoard 2.21.0 (protobuf 7.36.2). */
const GOLDEN = Buffer.from(
  [
    '1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9',
    '2400000000000000422b804d0900006040fc54d94110ac022a160a090a024c65150000003f0a090a026c721517b75139a32be7f2',
    '290000000000000037ff5f000900008040fc54d94110ffffffffffffffffff012a130a110a0a6772c3b6c39f652fc3a9150000807f638de9da',
  ].join(''),
  'hex',
);

function fileOf(events: Parameters<typeof encoder.scalars>[0][]): Buffer {
  return Buffer.concat([encoder.header(HEADER_TIME), ...events.map((event) => encoder.scalars(event))]);
}

describe('event files of TensorBoard', () => {
  it('are written as TensorBoard itself writes them', () => {
    expect(fileOf(GOLDEN_EVENTS).toString('hex')).toBe(GOLDEN.toString('hex'));
  });

  it('are read as they were written', async () => {
    const { events, wholeBytes } = await readEvents('x', GOLDEN);
    expect(events[0]).toEqual({
      wallTime: HEADER_TIME,
      step: 0,
      scalars: new Map(),
      fileVersion: 'brain.Event:2',
    });
    expect(events.slice(1)).toEqual(GOLDEN_EVENTS.map((event) => ({ ...event, fileVersion: undefined })));
    expect(wholeBytes).toBe(GOLDEN.length);
  });

  it('return any scalars, as float32', async () => {
    const event = fc.record({
      wallTime: fc.double({ min: 0, max: 4e9, noNaN: true }),
      step: fc.maxSafeInteger(),
      scalars: fc
        .array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.float()), { maxLength: 20 })
        .map((entries) => new Map(entries)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 5 }), async (events) => {
        const read = await readEvents('x', fileOf(events));
        expect(read.events.slice(1)).toEqual(events.map((one) => ({ ...one, fileVersion: undefined })));
      }),
    );
  });

  it('refuse an invalid step', () => {
    for (const step of [1.5, Number.NaN, 2 ** 60]) {
      expect(() => encoder.scalars({ wallTime: 0, step, scalars: new Map() })).toThrow(
        expect.objectContaining({ code: 'argument_invalid' }),
      );
    }
  });

  it('have names that TensorBoard finds and that sort by time', () => {
    expect(eventFileName(1700000000.9, 'machine.12')).toBe('events.out.tfevents.1700000000.machine.12');
    expect(eventFileName(5, 'x')).toBe('events.out.tfevents.0000000005.x');
  });
});

describe('a file that was cut anywhere', () => {
  const starts = [0, 40, 92, GOLDEN.length];

  it('is refused, or read up to its last complete record on request', async () => {
    for (let length = 0; length <= GOLDEN.length; length++) {
      const cut = GOLDEN.subarray(0, length);
      const whole = starts.findLastIndex((start) => start <= length);
      const { events, wholeBytes } = await readEvents('x', cut, { cutTail: 'drop' });
      expect({ length, records: events.length, wholeBytes }).toEqual({
        length,
        records: whole,
        wholeBytes: starts[whole],
      });
      expect(await errorCode(readEvents('x', cut))).toBe(
        starts.includes(length) ? undefined : 'format_invalid',
      );
    }
  });
});

describe('a file that is damaged', () => {
  it('is refused for any wrong bit, naming the record', async () => {
    for (let at = 0; at < GOLDEN.length; at++) {
      const bytes = Uint8Array.from(GOLDEN);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      expect(await errorCode(readEvents('x', bytes, { cutTail: 'drop' })), `byte ${at}`).toBe(
        'format_invalid',
      );
    }
    const bytes = Uint8Array.from(GOLDEN);
    bytes[60] = 0;
    await expect(readEvents('x.tfevents', bytes)).rejects.toThrow(/x\.tfevents: record 2, at byte 40/);
  });

  it('is refused without the version, or with another one', async () => {
    const [event] = GOLDEN_EVENTS;
    if (event === undefined) throw new Error('the test has no event');
    expect(await errorCode(readEvents('x', encoder.scalars(event)))).toBe('format_unsupported');
  });
});

/** A record with correct checksums and any contents. */
async function recordOf(message: Uint8Array): Promise<Buffer> {
  const crc32c = await loadCrc32c();
  const length = Buffer.from(Uint8Array.from(littleEndian(message.length, 8)));
  const checksum = (bytes: Uint8Array) => Uint8Array.from(littleEndian(maskedChecksum(bytes, crc32c), 4));
  return Buffer.concat([length, checksum(length), message, checksum(message)]);
}

describe('a record with correct checksums', () => {
  it('is read, or refused with a code, whatever its contents', async () => {
    const start = GOLDEN.subarray(52, 88);
    const mutated = fc.tuple(fc.nat(35), fc.nat(255)).map(([at, byte]) => {
      const bytes = Uint8Array.from(start);
      bytes[at] = byte;
      return bytes;
    });
    const codes = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 40 }), mutated), async (message) => {
        const bytes = Buffer.concat([encoder.header(HEADER_TIME), await recordOf(message)]);
        codes.add(await errorCode(readEvents('x', bytes)));
      }),
      { numRuns: 500 },
    );
    expect([...codes].every((code) => code === undefined || code === 'format_invalid')).toBe(true);
    expect(codes.size).toBe(2);
  });

  it.each<[string, number[], string | undefined]>([
    ['an unknown field', [0x78, 1], undefined],
    ['a value that is not a scalar', [0x2a, 5, 0x0a, 3, 0x0a, 1, 0x61], undefined],
    ['an unterminated number', [0x10, 0x80], 'format_invalid'],
    ['a number of more than 64 bits', [0x10, ...Array.from({ length: 10 }, () => 0xff), 1], 'format_invalid'],
    ['a field beyond the message', [0x2a, 2, 0], 'format_invalid'],
    ['a group, as in old messages', [0x0b], 'format_invalid'],
    ['a tag that is not UTF-8', [0x2a, 10, 0x0a, 8, 0x0a, 1, 0xff, 0x15, 0, 0, 0, 0], 'format_invalid'],
  ])('is read or refused by its contents: %s', async (_, message, code) => {
    const bytes = Buffer.concat([encoder.header(HEADER_TIME), await recordOf(Uint8Array.from(message))]);
    expect(await errorCode(readEvents('x', bytes))).toBe(code);
    if (code === undefined) expect((await readEvents('x', bytes)).events[1]?.scalars.size).toBe(0);
  });
});

const python = spawnSync('python3', ['-c', 'import tensorboard'], { stdio: 'ignore' });

/** Reads the folder as TensorBoard does, and prints what it found as JSON; NaN and infinities as text. */
const ACCUMULATE = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
accumulator = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0})
accumulator.Reload()
print(json.dumps({tag: [[event.wall_time, event.step, repr(event.value)] for event in accumulator.Scalars(tag)]
                  for tag in accumulator.Tags()['scalars']}))
`;

describe.skipIf(python.status !== 0)(
  'TensorBoard itself (skipped where python3 cannot import tensorboard)',
  () => {
    it('finds every scalar of a run, and nothing else', async () => {
      const tags = ['Le', 'lr', 'rsum', 'r1i'];
      const events = Array.from({ length: 500 }, (_, step) => ({
        wallTime: 1700000000 + step / 4,
        step: step * 100,
        scalars: new Map(tags.map((tag, index) => [tag, Math.fround(Math.sin(step) * 10 ** (index - 2))])),
      }));
      await withFolder(new Map(), async (folder) => {
        writeFileSync(join(folder, eventFileName(HEADER_TIME, 'test')), fileOf(events));
        const { stdout, stderr } = spawnSync('python3', ['-c', ACCUMULATE, folder], { encoding: 'utf8' });
        expect(stdout, stderr).not.toBe('');
        const found = JSON.parse(stdout) as Record<string, [number, number, string][]>;
        expect(Object.keys(found).sort()).toEqual([...tags].sort());
        for (const tag of tags) {
          expect(found[tag]?.map(([wallTime, step, value]) => [wallTime, step, Number(value)])).toEqual(
            events.map(({ wallTime, step, scalars }) => [wallTime, step, scalars.get(tag)]),
          );
        }
      });
    });
  },
);
