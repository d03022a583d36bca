import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { type Built, loadPickle } from './trusting-pickle.ts';

/** A float32 array of a golden file. */
export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

function npyParts(bytes: Buffer): { header: string; shape: number[]; body: Buffer } {
  const end = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, end);
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  return {
    header,
    shape: shape
      .split(',')
      .filter((part) => part.trim())
      .map(Number),
    body: bytes.subarray(end),
  };
}

function floats(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function npyArray(bytes: Buffer): GoldenArray {
  const { header, shape, body } = npyParts(bytes);
  if (!header.includes("'<f4'")) throw new Error(`expected float32, found ${header}`);
  return { shape, data: floats(body) };
}

export function readArray(path: string): GoldenArray {
  return npyArray(readFileSync(path));
}

export function readArrays(path: string): Map<string, GoldenArray> {
  const files = Object.entries(unzipSync(readFileSync(path)));
  return new Map(files.map(([name, bytes]) => [name.replace(/\.npy$/, ''), npyArray(Buffer.from(bytes))]));
}

/** Widths and heights, from both layouts of the published data: int32 pairs, or an object array of dictionaries. */
export function readSizes(path: string): { width: number; height: number }[] {
  const { header, shape, body } = npyParts(readFileSync(path));
  if (!header.includes("'|O'")) {
    return Array.from({ length: shape[0] ?? 0 }, (_, index) => ({
      width: body.readInt32LE(8 * index),
      height: body.readInt32LE(8 * index + 4),
    }));
  }
  const array = loadPickle(body, 0).value as Built;
  const elements = (array.state as unknown[]).at(-1) as Map<string, number>[];
  return elements.map((size) => ({
    width: size.get('image_w') ?? Number.NaN,
    height: size.get('image_h') ?? Number.NaN,
  }));
}

/**
 * A checkpoint in PyTorch's legacy format, as the tree of values that `readReleasedCheckpoint` expects: four pickles
 * (magic, version, system, contents), the list of storages, then for each its length in 8 bytes and its numbers.
 */
export function readLegacyCheckpoint(path: string): Map<string, unknown> {
  const bytes = readFileSync(path);
  const storages = new Map<unknown, Float32Array[]>();
  const storage = (id: unknown[]) => {
    const [, , key] = id;
    const held = storages.get(key) ?? [];
    storages.set(key, held);
    return held;
  };
  let end = 0;
  for (let skipped = 0; skipped < 3; skipped++) ({ end } = loadPickle(bytes, end));
  const contents = loadPickle(bytes, end, storage);
  const keys = loadPickle(bytes, contents.end);
  let at = keys.end;
  for (const key of keys.value as unknown[]) {
    const length = Number(bytes.readBigInt64LE(at));
    storages.get(key)?.push(floats(bytes.subarray(at + 8, at + 8 + 4 * length)));
    at += 8 + 4 * length;
  }
  const root = contents.value as Map<string, unknown>;
  return new Map([
    ...root,
    ['opt', (root.get('opt') as Built).state],
    ['model', (root.get('model') as Built[]).map(stateDictionary)],
  ]);
}

function stateDictionary(built: Built): Map<unknown, GoldenArray> {
  return new Map(
    [...built.items].map(([name, tensor]) => {
      const [storage, offset, shape] = (tensor as Built).args as [Float32Array[], number, number[]];
      const size = shape.reduce((product, extent) => product * extent, 1);
      return [name, { shape, data: (storage[0] as Float32Array).slice(offset, offset + size) }];
    }),
  );
}
