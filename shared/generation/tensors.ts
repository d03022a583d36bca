import type { ByteSource } from '../formats/byte-source.ts';
import { assertFinite } from '../formats/numbers/assert-finite.ts';
import { openSafetensors, writeSafetensors } from '../formats/safetensors/index.ts';
import type { Parameter, Parameters } from '../model/index.ts';

/** Float32 tensors as the bytes of a safetensors file; the same tensors in the same order give the same bytes. */
export function encodeTensors(tensors: Parameters): Uint8Array {
  return writeSafetensors(tensors);
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
