import type { ByteSource } from '../formats/byte-source.ts';
import { float16BitsToFloat32, float32ToFloat16Bits } from '../formats/float16.ts';
import { assertFinite } from '../formats/numbers/assert-finite.ts';
import { openSafetensors, writeSafetensors } from '../formats/safetensors/index.ts';
import type { Parameter, Parameters } from '../model/index.ts';

/** Fewer numbers are not worth looking at. */
const WORTH_HALVING = 4096;

/**
 * Float32 tensors as the bytes of a safetensors file; the same tensors in the same order give the same bytes. A large tensor
 * whose numbers are all half floats is written in half floats, and nothing is lost.
 */
export function encodeTensors(tensors: Parameters): Uint8Array {
  const written = new Map<
    string,
    Parameter | { readonly shape: readonly number[]; readonly data: Uint16Array }
  >();
  for (const [name, tensor] of tensors) {
    const halves = exactHalves(tensor.data);
    written.set(name, halves === undefined ? tensor : { shape: tensor.shape, data: halves });
  }
  return writeSafetensors(written);
}

/** The numbers as half floats; undefined if one of them is none, or if there are few. */
function exactHalves(data: Float32Array): Uint16Array | undefined {
  if (data.length < WORTH_HALVING) return undefined;
  const bits = float32ToFloat16Bits(data);
  return float16BitsToFloat32(bits).every((value, at) => Object.is(value, data[at])) ? bits : undefined;
}

/**
 * All tensors of a safetensors file, as float32.
 *
 * @throws AppError of `openSafetensors`; `format_invalid` for numbers that are not finite.
 */
export async function decodeTensors(source: ByteSource): Promise<Parameters> {
  const reader = await openSafetensors(source);
  const tensors = new Map<string, Parameter>();
  for (const name of reader.tensors.keys()) {
    const { shape, data } = await reader.read(name);
    assertFinite(source.name, name, { shape, data });
    tensors.set(name, { shape, data: data instanceof Float32Array ? data : Float32Array.from(data, Number) });
  }
  return tensors;
}
