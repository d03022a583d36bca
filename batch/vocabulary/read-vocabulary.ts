import { withFileSource } from '../../shared/platform/file-source.ts';
import { parseVocabulary, type Vocabulary } from '../../shared/text/index.ts';

/**
 * Reads a vocabulary's file.
 *
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid`.
 */
export async function readVocabulary(path: string): Promise<Vocabulary> {
  const bytes = await withFileSource(path, (source) => source.read(0, source.size));
  return parseVocabulary(new TextDecoder().decode(bytes), path);
}
