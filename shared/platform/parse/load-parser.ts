import { resolve } from 'node:path';
import { hasRelaxedSimd } from '../../match/index.ts';
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
export async function loadParser(path: string = shippedParserPath()): Promise<Parser> {
  const [model, kernel] = await Promise.all([
    withFileSource(path, readParser),
    loadEncodeKernel(hasRelaxedSimd()),
  ]);
  return createSimdParser(model, kernel);
}
