import { AppError } from '../errors/index.ts';
import type { ByteSource } from '../formats/byte-source.ts';
import { float16BitsToFloat32, float32ToFloat16Bits } from '../formats/float16.ts';
import { assertFinite } from '../formats/numbers/assert-finite.ts';
import { type CompactTensor, openSafetensors, writeSafetensors } from '../formats/safetensors/index.ts';
import { tensorShapes } from './parser-config.ts';
import { type ParserModel, parserModel } from './parser-model.ts';

/** Metadata key of a parser's configuration in its file. */
const CONFIG = 'config';
/** Suffix of the name of an int8 tensor for the scales of its rows. */
const SCALE = '.scale';
const LARGEST_INT8 = 127;

/**
 * A parser as one safetensors file: tables of features in int8 with a scale for each row, other tensors in float16, the
 * configuration as metadata.
 */
export function writeParser({ config, tensors }: ParserModel): Uint8Array {
  const halves = new Map<string, CompactTensor>();
  const bytes = new Map<string, CompactTensor>();
  for (const [name, shape] of tensorShapes(config)) {
    const data = tensors.get(name) ?? new Float32Array();
    if (!name.startsWith('table.')) {
      halves.set(name, { shape, data: float32ToFloat16Bits(data) });
      continue;
    }
    const [rows = 0, columns = 0] = shape;
    const largest = Float32Array.from({ length: rows }, (_, row) =>
      data
        .subarray(row * columns, (row + 1) * columns)
        .reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    );
    const scales = float32ToFloat16Bits(largest.map((value) => value / LARGEST_INT8));
    // With the scales as they will be read.
    const read = float16BitsToFloat32(scales);
    const quantized = Int8Array.from(data, (value, index) => {
      const scale = read[Math.floor(index / columns)] as number;
      return scale === 0 ? 0 : Math.max(-LARGEST_INT8, Math.min(LARGEST_INT8, Math.round(value / scale)));
    });
    halves.set(`${name}${SCALE}`, { shape: [rows], data: scales });
    bytes.set(name, { shape, data: quantized });
  }
  return writeSafetensors(new Map([...halves, ...bytes]), { [CONFIG]: JSON.stringify(config) });
}

/**
 * Reads a parser's file completely. The caller closes the source.
 * @throws AppError `format_invalid`, `shape_mismatch`
 */
export async function readParser(source: ByteSource): Promise<ParserModel> {
  const file = await openSafetensors(source);
  const text = file.metadata.get(CONFIG);
  if (text === undefined) {
    throw new AppError('format_invalid', `${source.name}: does not have the configuration of a parser`, {
      hint: 'expected a parser as `gsmn train-parser` writes it',
    });
  }
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, { dtype, shape }] of file.tensors) {
    const { data } = await file.read(name);
    const numbers = Float32Array.from(data);
    if (dtype === 'I8') {
      const scales = (await file.read(`${name}${SCALE}`)).data;
      const columns = shape[1] ?? 1;
      for (let index = 0; index < numbers.length; index++) {
        (numbers[index] as number) *= scales[Math.floor(index / columns)] ?? Number.NaN;
      }
    }
    tensors.set(name, { shape, data: numbers });
  }
  const model = parserModel(parseConfig(text, source.name), tensors, source.name);
  for (const [name, tensor] of tensors) assertFinite(source.name, name, tensor);
  return model;
}

function parseConfig(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('format_invalid', `${name}: its configuration is not JSON`, {
      hint: 'copy or download it again',
      cause,
    });
  }
}
