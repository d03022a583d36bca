import { existsSync } from 'node:fs';
import process from 'node:process';
import Table from 'cli-table3';
import { AppError, toAppError } from '../../../shared/errors/index.ts';
import type { GenerationManifest } from '../../../shared/schema/index.ts';
import {
  absentCollections,
  type CollectionState,
  collectionStates,
  describeState,
} from '../../index/collection-states.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { withStorage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';

type State = 'active' | 'previous' | 'ready' | 'unfinished' | 'damaged';

interface Row {
  readonly generation: string;
  readonly state: State;
  readonly manifest?: GenerationManifest;
  /** Undefined if the database could not be asked. */
  readonly collections?: readonly CollectionState[] | undefined;
  readonly problem?: string;
}

/** `gsmn index list` */
export async function runList(options: IndexOptions & { readonly json?: boolean }): Promise<void> {
  const index = new IndexFolder(options.index);
  const rows = await withCollections(await listRows(index), index, options);
  if (options.json) {
    const values = rows.map(({ manifest, collections, ...row }) => ({
      ...row,
      ...summary(manifest),
      collections,
    }));
    process.stdout.write(`${JSON.stringify(values, undefined, 2)}\n`);
  } else if (rows.length === 0) {
    process.stdout.write(
      `the index ${options.index} is empty: \`gsmn index build --data DIR\` makes a generation\n`,
    );
  } else {
    process.stdout.write(`${asTable(rows)}\n`);
  }
}

async function listRows(index: IndexFolder): Promise<Row[]> {
  const active = await index.active();
  const finished = await index.generations();
  const rows = finished.map(async (generation): Promise<Row> => {
    const state =
      generation === active?.generation ? 'active' : generation === active?.previous ? 'previous' : 'ready';
    try {
      return { generation, state, manifest: await index.manifest(generation) };
    } catch (thrown) {
      return { generation, state: 'damaged', problem: toAppError(thrown).message };
    }
  });
  const unfinished = (await index.unfinished()).filter((id) => !finished.includes(id));
  return [
    ...(await Promise.all(rows)),
    ...unfinished.map((generation): Row => ({ generation, state: 'unfinished' })),
  ];
}

/** Asks the database; the files can be listed without it. */
async function withCollections(
  rows: readonly Row[],
  index: IndexFolder,
  options: IndexOptions,
): Promise<readonly Row[]> {
  const asked = (states: (manifest: GenerationManifest) => CollectionState[] | Promise<CollectionState[]>) =>
    Promise.all(
      rows.map(async (row) => ({
        ...row,
        ...(row.manifest && { collections: await states(row.manifest) }),
      })),
    );
  if (rows.every(({ manifest }) => manifest === undefined)) return rows;
  // A list makes no database.
  if (options.qdrant === undefined && !existsSync(index.database)) return asked(absentCollections);
  try {
    return await withStorage(options, ({ store }) => asked((manifest) => collectionStates(store, manifest)));
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    process.stderr.write(`warning: the points are not listed: ${thrown.message}\n`);
    return rows;
  }
}

function summary(manifest: GenerationManifest | undefined): object {
  if (manifest === undefined) return {};
  const { source, holds, features, images, captions, coarse, ranking, nodes, backend, model } = manifest;
  return {
    source,
    holds,
    features,
    images: images.count,
    captions: captions.count,
    propagation: model.config.propagation,
    coarse,
    ranking,
    nodes: nodes.dtype,
    backend,
    bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
  };
}

function asTable(rows: readonly Row[]): string {
  const table = new Table({
    head: ['generation', 'state', 'source', 'images', 'captions', 'model', 'MB', 'points'],
    style: { head: [], border: [] },
  });
  for (const { generation, state, manifest, collections, problem } of rows) {
    const bytes = manifest?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
    table.push([
      generation,
      state,
      problem ?? (manifest ? `${manifest.source.name} ${manifest.source.split}` : ''),
      manifest?.images.count ?? '',
      manifest?.captions.count ?? '',
      manifest ? `D ${manifest.model.config.jointSize}, ${manifest.model.config.propagation}` : '',
      manifest ? (bytes / 1e6).toFixed(1) : '',
      [...new Set((collections ?? []).map(describeState))].join('; '),
    ]);
  }
  return table.toString();
}
