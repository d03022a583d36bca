import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { MODEL_FILES } from '../../shared/generation/index.ts';
import { listFolder } from './split-files.ts';

const CHECKPOINTS = ['.safetensors', '.pth.tar'];
/** The state of a run is also a checkpoint, but never the one to search with. */
const STATE = 'state.safetensors';
/** A prepared model in the data folder. */
const MODEL_FOLDER = 'model';

/** The checkpoint that was chosen, and the rule. */
export interface FoundCheckpoint {
  /** A `.safetensors`, a `.pth.tar` or a model folder. */
  readonly path: string;
  /** Why this one, for the user. */
  readonly reason: string;
  /** Other checkpoints of the folder, by name. */
  readonly others: readonly string[];
}

/**
 * The vocabulary of a data folder: in the folder itself, in the `vocab` folder next to it, or in `./vocab`, where the
 * released scripts keep it.
 *
 * @param dataName the name of the data in the vocabulary's file name; by default the name of the folder.
 * @throws AppError `file_missing`, `argument_invalid` (several).
 */
export async function findVocabulary(folder: string, dataName?: string): Promise<string> {
  const name = dataName ?? basename(resolve(folder));
  const named = `${name}_vocab.json`;
  const inside = (await listFolder(folder)).filter((file) => file.endsWith('_vocab.json'));
  const candidates = [
    join(folder, 'vocab.json'),
    join(folder, 'vocabulary.json'),
    join(folder, named),
    ...(inside.length === 1 ? inside.map((file) => join(folder, file)) : []),
    join(folder, '..', 'vocab', named),
    join('vocab', named),
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  if (inside.length > 1) {
    throw new AppError(
      'argument_invalid',
      `${folder} has several vocabularies: ${inside.sort().join(', ')}`,
      {
        hint: 'say which with --vocabulary FILE',
      },
    );
  }
  throw new AppError('file_missing', `no vocabulary was found for ${folder}`, {
    hint: `pass --vocabulary FILE, or put it at one of ${[...new Set(candidates)].join(', ')}`,
  });
}

/**
 * The checkpoint of a data folder: `model_best.safetensors` or `model_best.pth.tar`, else a model folder `model/`, else
 * `model_self.pth.tar` (the propagation of the published models), else the only checkpoint.
 *
 * @throws AppError `file_missing`, `argument_invalid` (several).
 */
export async function findCheckpoint(folder: string): Promise<FoundCheckpoint> {
  const names = (await listFolder(folder))
    .filter((name) => name !== STATE && CHECKPOINTS.some((suffix) => name.endsWith(suffix)))
    .sort();
  const rules: readonly (readonly [name: string, exists: boolean, reason: string])[] = [
    ['model_best.safetensors', names.includes('model_best.safetensors'), 'the best of a training run'],
    ['model_best.pth.tar', names.includes('model_best.pth.tar'), 'the best of a training run'],
    [
      MODEL_FOLDER,
      existsSync(join(folder, MODEL_FOLDER, MODEL_FILES.config)),
      'the prepared model of the folder',
    ],
    ['model_self.pth.tar', names.includes('model_self.pth.tar'), 'the propagation of the published models'],
    [names[0] ?? '', names.length === 1, 'the only checkpoint of the folder'],
  ];
  for (const [name, exists, reason] of rules) {
    if (exists) return { path: join(folder, name), reason, others: names.filter((other) => other !== name) };
  }
  if (names.length > 1) {
    throw new AppError('argument_invalid', `${folder} has several checkpoints: ${names.join(', ')}`, {
      hint: 'say which with --checkpoint FILE',
    });
  }
  throw new AppError('file_missing', `${folder} has no checkpoint`, {
    hint: 'pass --checkpoint FILE.pth.tar, or put model_best.pth.tar into the folder',
  });
}
