import { statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Table from 'cli-table3';
import type { Weights } from '../../../shared/platform/pretrained/pretrained-files.ts';
import { CATALOGUE, hubModel } from '../../pretrained/catalogue.ts';
import { fetchModel } from '../../pretrained/fetch/fetch-model.ts';
import { type FetchedModel, fetchedModels } from '../../pretrained/fetched-models.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

export interface ListCommandOptions {
  readonly models: string;
  readonly json?: boolean;
}

export interface FetchCommandOptions extends ListCommandOptions {
  readonly weights: Weights;
  readonly hub: string;
}

interface Row {
  readonly name: string;
  readonly repository: string;
  /** Null for models that the catalogue does not know. */
  readonly licence: string | null;
  /** Of the files that were fetched, else about that of exact networks: four bytes a number. */
  readonly bytes: number;
  readonly goodFor: string | null;
  readonly fetched: readonly { readonly folder: string; readonly commit: string | null }[];
}

/** `gsmn models list` */
export async function runModelsList({ models, json }: ListCommandOptions): Promise<void> {
  const rows = listRows(await fetchedModels(models));
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    return;
  }
  const table = new Table({ head: ['name', 'size', 'licence', 'good for', 'here'], style: { head: [] } });
  for (const { name, bytes, licence, goodFor, fetched } of rows) {
    const here = fetched.map(({ commit }) => commit?.slice(0, 12) ?? 'yes').join(', ');
    const size = `${fetched.length === 0 ? 'about ' : ''}${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
    table.push([name, size, licence ?? 'see its page', goodFor ?? '', here === '' ? 'no' : here]);
  }
  process.stdout.write(
    `${table.toString()}\nfetch one: gsmn models fetch NAME; use it: gsmn start --photos DIR --encoder NAME\n`,
  );
}

function listRows(fetched: readonly FetchedModel[]): Row[] {
  const of = (repository: string) => fetched.filter(({ record }) => record.repository === repository);
  const known = CATALOGUE.map(({ name, repository, licence, millions, goodFor }) => ({
    name,
    repository,
    licence,
    goodFor,
    ...whatIsHere(of(repository), 4e6 * millions),
  }));
  const repositories = new Set(fetched.map(({ record }) => record.repository));
  for (const { repository } of CATALOGUE) repositories.delete(repository);
  const others = [...repositories].map((repository) => ({
    name: repository,
    repository,
    licence: null,
    goodFor: null,
    ...whatIsHere(of(repository), 0),
  }));
  return [...known, ...others];
}

function whatIsHere(models: readonly FetchedModel[], otherwise: number): Pick<Row, 'bytes' | 'fetched'> {
  const bytes = models.reduce((sum, model) => sum + bytesOf(model), 0);
  return {
    bytes: models.length === 0 ? otherwise : bytes,
    fetched: models.map(({ folder, record }) => ({ folder, commit: record.commit })),
  };
}

function bytesOf({ folder, record }: FetchedModel): number {
  return Object.keys(record.files).reduce(
    (sum, path) => sum + (statSync(join(folder, path), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** `gsmn models fetch` */
export async function runModelsFetch(name: string, options: FetchCommandOptions): Promise<void> {
  const model = hubModel(name);
  const { folder, record, fetched } = await interruptible((signal) =>
    fetchModel({ ...options, model, signal }, terminalReport),
  );
  const { repository, commit } = record;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ repository, commit, folder, fetched })}\n`
      : `${repository} (${commit ?? model.revision}) ${fetched ? 'is now' : 'was already'} in ${folder}; its sums are ${fetched ? 'recorded' : 'right'}\nuse it: --encoder ${name}\n`,
  );
}
