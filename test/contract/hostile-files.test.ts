import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/errors/index.ts';
import { type ByteSource, bytesSource } from '../../shared/formats/byte-source.ts';
import { type NpyReader, openNpy, writeNpy } from '../../shared/formats/npy/index.ts';
import { openNpz } from '../../shared/formats/npy/npz.ts';
import { openSafetensors, writeSafetensors } from '../../shared/formats/safetensors/index.ts';
import { readCheckpoint } from '../../shared/formats/torch/index.ts';
import { errorCode } from '../support/error-code.ts';
import { mutation } from '../support/mutate.ts';
import { npyBytes, npyText } from '../support/npy-bytes.ts';
import {
  build,
  call,
  dict,
  float,
  global,
  int,
  list,
  numpyArray,
  numpyDtype,
  pickle,
  raw,
  setItems,
  text,
  truth,
} from '../support/pickle-bytes.ts';
import { earlyFile, legacyFile, storage, storageFile, tensor, zipFile } from '../support/torch-file.ts';

/** The errors that a damaged or hostile file may lead to, if it is not read. */
const ALLOWED: readonly (ErrorCode | undefined)[] = [
  undefined,
  'format_invalid',
  'format_unsupported',
  'format_refused',
  'memory_exhausted',
];
/** Maximum bytes of numbers that a file of a few kilobytes may become. */
const MOST_NUMBERS = 64 << 20;
const RUNS = 1500;

/** Bytes of all numbers in a tree of values, each array counted once. */
function numberBytes(root: unknown): number {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [root];
  let bytes = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) bytes += value.byteLength;
    else if (value instanceof Map) waiting.push(...value.keys(), ...value.values());
    else if (Array.isArray(value) || value instanceof Set) waiting.push(...(value as Iterable<unknown>));
    else waiting.push(...Object.values(value));
  }
  return bytes;
}

async function readArray(reader: NpyReader): Promise<unknown> {
  if (reader.dtype === 'object') return reader.readObjects();
  const { rows, fields } = reader;
  const found: unknown[] = [];
  for (const { name } of fields) found.push(await reader.readField(name, 0, rows));
  if (fields.length === 0) found.push(await reader.readRows(0, rows), await reader.readNumbers(0, rows));
  return found;
}

const readNpy = async (source: ByteSource) => readArray(await openNpy(source));

async function readNpz(source: ByteSource): Promise<unknown> {
  const reader = await openNpz(source);
  const arrays: unknown[] = [];
  for (const name of reader.names()) arrays.push(await readArray(await reader.open(name)));
  return arrays;
}

async function readTensors(source: ByteSource): Promise<unknown> {
  const reader = await openSafetensors(source);
  const tensors: unknown[] = [];
  for (const name of reader.tensors.keys()) tensors.push(await reader.read(name));
  return tensors;
}

/** Features, boxes and sizes as data folders have them, and tensors of a small network. */
const numbers = Float32Array.from({ length: 60 }, (_, index) => Math.sin(index));
const features = writeNpy({ shape: [5, 3, 4], data: Int8Array.from(numbers, (x) => 100 * x) });
const columns = npyBytes(npyText("'>f4'", '(3, 4, 5)', true), new Uint8Array(numbers.buffer));
const sizes = npyBytes(
  npyText("[('image_w', '<i4'), ('image_h', '<i4')]", '(4,)'),
  new Uint8Array(32).fill(1),
);
const size = (width: number) => dict([text('image_w'), int(width)], [text('image_h'), int(375)]);
const sizeObjects = numpyArray([4], numpyDtype('O8', '|'), list(size(640), size(500), size(333), size(500)));
const objects = npyBytes(npyText("'|O'", '(4,)'), pickle(sizeObjects));
const safetensors = writeSafetensors(
  new Map([
    ['image_encoder.fc.weight', { shape: [5, 12], data: numbers }],
    ['image_encoder.fc.bias', { shape: [5], data: numbers.slice(0, 5) }],
  ]),
  { format: 'pt' },
);

const weight = storageFile('94271', 'FloatStorage', numbers);
const steps = storageFile('94272', 'LongStorage', BigInt64Array.of(7n));
const state = setItems(
  call(global('collections', 'OrderedDict')),
  [text('fc.weight'), tensor(storage(weight), [5, 12], [12, 1])],
  [text('fc.turned'), tensor(storage(weight), [12, 4], [1, 12], 12)],
  [text('fc.steps'), tensor(storage(steps), [], [])],
);
const options = build([...global('argparse', 'Namespace'), 0x29, 0x81], dict([text('bi_gru'), truth(true)]));
const tree = dict(
  [text('epoch'), int(3)],
  [text('model'), list(state, state)],
  [
    text('best_rsum'),
    call(global('numpy.core.multiarray', 'scalar'), numpyDtype('f8'), raw(new Uint8Array(8))),
  ],
  [text('margin'), float(0.2)],
  [text('opt'), options],
);
const legacy = legacyFile(tree, [weight, steps]);
const zipped = zipFile(tree, [weight, steps]);

type Reader = (source: ByteSource) => Promise<unknown>;

/** Each with the function that turns its changed bytes into the file: an archive's checksums would hide what is inside. */
const FILES: [string, Uint8Array, Reader, ((bytes: Uint8Array) => Uint8Array)?][] = [
  ['features (.npy)', features, readNpy],
  ['column-major features (.npy)', columns, readNpy],
  ['structured sizes (.npy)', sizes, readNpy],
  ['sizes as objects (.npy)', objects, readNpy],
  [
    'the pickle of objects',
    pickle(sizeObjects),
    readNpy,
    (bytes) => npyBytes(npyText("'|O'", '(4,)'), bytes),
  ],
  ['a stored archive (.npz)', zipSync({ 'a.npy': features, 'b.npy': sizes }, { level: 0 }), readNpz],
  ['a deflated archive (.npz)', zipSync({ 'a.npy': features, 'b.npy': sizes }, { level: 9 }), readNpz],
  ['an array of an archive (.npz)', features, readNpz, (bytes) => zipSync({ 'a.npy': bytes })],
  ['safetensors', safetensors, readTensors],
  ['a legacy checkpoint', legacy, readCheckpoint],
  ['a checkpoint of an early pickle protocol', earlyFile(storage), readCheckpoint],
  ['a zip checkpoint', zipped, readCheckpoint],
  [
    'the pickle of a zip checkpoint',
    pickle(tree),
    readCheckpoint,
    (bytes) =>
      zipSync(
        { 'm/data.pkl': bytes, 'm/data/94271': weight.bytes, 'm/data/94272': steps.bytes },
        { level: 0 },
      ),
  ],
];

describe.each(FILES)('%s', (_, original, read, wrap = (bytes) => bytes) => {
  const open = (bytes: Uint8Array) => read(bytesSource('file', wrap(bytes)));

  it('is read unchanged', async () => {
    expect(await errorCode(open(original))).toBeUndefined();
  });

  it('is read or refused, however it is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async (damage) => {
        const damaged = damage(original);
        let bytes = 0;
        const code = await errorCode(async () => {
          bytes = numberBytes(await open(damaged));
        });
        expect(ALLOWED).toContain(code);
        expect(bytes).toBeLessThanOrEqual(MOST_NUMBERS);
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused wherever it is truncated', async () => {
    for (let length = 0; length < original.length; length++) {
      const code = await errorCode(open(original.subarray(0, length)));
      if (code !== 'format_invalid') expect.fail(`cut at ${length}: ${code}`);
    }
  });
});

describe('noise', () => {
  it.each<[string, Reader]>([
    ['.npy', readNpy],
    ['.npz', readNpz],
    ['safetensors', readTensors],
    ['a checkpoint', readCheckpoint],
  ])('is no %s', async (_, read) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        const code = await errorCode(read(bytesSource('noise', bytes)));
        expect(['format_invalid', 'format_unsupported']).toContain(code);
      }),
    );
  });
});
