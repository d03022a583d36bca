import { resolve } from 'node:path';
import type { ByteSource } from '../../formats/byte-source.ts';
import { hasRelaxedSimd } from '../../match/simd/relaxed-simd.ts';
import { createSimdParser, type Parser, readParser } from '../../parse/index.ts';
import { loadEncodeKernel } from '../encode/index.ts';
import { withFileSource } from '../file-source.ts';

/** The parser that ships. */
export function shippedParserPath(): string {
  return resolve(import.meta.dirname, '../../parse/model/parser.safetensors');
}

/**
 * Reads a parser and makes it ready on the encoding kernel.
 * @throws AppError `file_missing`, `format_invalid`, `shape_mismatch`, `backend_unavailable`
 */
export function loadParser(path: string = shippedParserPath()): Promise<Parser> {
  return withFileSource(path, parserOf);
}

/**
 * The same of a file that was opened or read already.
 * @throws AppError `format_invalid`, `shape_mismatch`, `backend_unavailable`
 */
export async function parserOf(source: ByteSource): Promise<Parser> {
  const [model, kernel] = await Promise.all([readParser(source), loadEncodeKernel(hasRelaxedSimd())]);
  return createSimdParser(model, kernel);
}
