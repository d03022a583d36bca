import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { readJsonFile, writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import type { HubModel } from './catalogue.ts';

/** The file beside the files of a model that were fetched: where they are from, and their sums. */
export const RECORD = 'gsmn-fetched.json';

const recordSchema = z.object({
  format: z.literal('gsmn-fetched-model'),
  version: z.literal(1),
  repository: z.string(),
  /** The revision that was asked for. */
  revision: z.string(),
  /** The commit that it stood for; null if the server did not say. */
  commit: z.string().nullable(),
  /** SHA-256 of every file, by its path. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type FetchRecord = z.infer<typeof recordSchema>;

/** A model that was fetched completely. */
export interface FetchedModel {
  readonly folder: string;
  readonly record: FetchRecord;
}

/** The folder of a revision of a model; other revisions have others. */
export function folderOf(
  models: string,
  { repository }: Pick<HubModel, 'repository'>,
  revision: string,
): string {
  return join(models, ...repository.split('/'), revision.replaceAll('/', '-'));
}

/** What was fetched into a folder. @returns undefined without a record. @throws AppError `format_invalid`. */
export async function readRecord(folder: string): Promise<FetchRecord | undefined> {
  const path = join(folder, RECORD);
  const value = await readJsonFile(path);
  if (value === undefined) return undefined;
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('format_invalid', `${path} is no record of a fetched model`, {
    hint: 'delete the folder and fetch the model again',
    cause: parsed.error,
  });
}

export async function writeRecord(folder: string, record: FetchRecord): Promise<void> {
  await writeFileAtomic(join(folder, RECORD), `${JSON.stringify(record, undefined, 1)}\n`);
}

/** Every model below a folder that was fetched completely. */
export async function fetchedModels(models: string): Promise<FetchedModel[]> {
  const found: FetchedModel[] = [];
  for (const owner of await folders(models)) {
    for (const name of await folders(join(models, owner))) {
      for (const revision of await folders(join(models, owner, name))) {
        const folder = join(models, owner, name, revision);
        const record = await readRecord(folder);
        if (record !== undefined) found.push({ folder, record });
      }
    }
  }
  return found;
}

/** The model of the hub, if it was fetched: by the revision that was asked for then, or by its commit; the last one fetched. */
export async function findFetched(models: string, wanted: HubModel): Promise<FetchedModel | undefined> {
  const own = (await fetchedModels(models)).filter(
    ({ record }) =>
      record.repository === wanted.repository &&
      (record.revision === wanted.revision || record.commit === wanted.revision),
  );
  const ages = await Promise.all(
    own.map(async (model) => ({ model, age: (await stat(join(model.folder, RECORD))).mtimeMs })),
  );
  return ages.sort((a, b) => b.age - a.age)[0]?.model;
}

async function folders(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}
