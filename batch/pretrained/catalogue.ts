import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import entries from './catalogue.json' with { type: 'json' };

const REPOSITORY = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;
const REVISION = /^[\w][\w./-]*$/;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const entrySchema = z.object({
  name: z.string().regex(/^[\w.-]+$/),
  /** On the hub, as `OWNER/NAME`. */
  repository: z.string().regex(REPOSITORY),
  licence: z.string(),
  /** How many numbers both networks hold together, in millions. */
  millions: z.number().int().positive(),
  goodFor: z.string(),
  /** The commit that is fetched. Absent where it is not known: then it is the newest, and what was fetched first is recorded. */
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  /** SHA-256 of files of that commit, where they are known. */
  files: z.record(z.string(), sha256).optional(),
});

/** A pretrained encoder that is known by a name of its own. */
export type CatalogueEntry = z.infer<typeof entrySchema>;

export const CATALOGUE: readonly CatalogueEntry[] = z.array(entrySchema).parse(entries);

/** A model of the hub. */
export interface HubModel {
  readonly repository: string;
  /** A commit, or the name of a branch or tag. */
  readonly revision: string;
  readonly entry?: CatalogueEntry | undefined;
}

/** What is fetched if no revision is named. */
const NEWEST = 'main';

/**
 * The model of a name: one of the catalogue, or `OWNER/NAME` of any other, with `@REVISION` behind it. `OWNER/NAME` of an
 * entry of the catalogue is that entry.
 *
 * @throws AppError `argument_invalid` for a name that is none.
 */
export function hubModel(text: string, catalogue: readonly CatalogueEntry[] = CATALOGUE): HubModel {
  const [name = '', revision, ...more] = text.split('@');
  const entry = catalogue.find((one) => one.name === name || one.repository === name);
  const repository = entry?.repository ?? name;
  const isRevision =
    revision === undefined || (REVISION.test(revision) && !revision.split('/').includes('..'));
  if (more.length > 0 || !REPOSITORY.test(repository) || !isRevision) {
    throw new AppError('argument_invalid', `"${text}" names no pretrained encoder`, {
      hint: `known are ${catalogue.map((one) => one.name).join(', ')}; any other as OWNER/NAME@REVISION, or as a folder`,
    });
  }
  const own = entry?.revision ?? NEWEST;
  return {
    repository,
    revision: revision ?? own,
    // Its sums are those of its own revision.
    ...(entry !== undefined && (revision ?? own) === own ? { entry } : {}),
  };
}
