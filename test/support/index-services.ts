import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { silentReport } from '../../batch/report.ts';
import { startLoadedReranker } from '../../batch/serve/reranker.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { keptLog } from './rerank-service.ts';
import { type SmallProject, smallProject } from './small-index.ts';

export interface IndexServicesOptions {
  readonly images: number;
  /** The declared fields, as in `index.schema.json`. */
  readonly fields: object;
  /** What the data says of an image. */
  readonly metadataOf: (id: number) => object;
  readonly backend: string;
  readonly imagesUrl?: string | undefined;
}

/** A small index whose images have fields, its database and its reranker. */
export interface IndexServices {
  readonly project: SmallProject;
  readonly index: IndexFolder;
  readonly database: RunningQdrantLocal;
  readonly store: QdrantStore;
  /** Address of the reranker. */
  readonly rerank: string;
  /** Address of the database. */
  readonly qdrant: string;
  /** Where the fields are declared. */
  readonly schemaFile: string;
  /** What builds have said. */
  readonly said: readonly string[];
  /** Builds the index again. */
  readonly build: () => Promise<unknown>;
  close(): Promise<void>;
}

export async function startIndexServices({
  images,
  fields,
  metadataOf,
  backend,
  imagesUrl,
}: IndexServicesOptions): Promise<IndexServices> {
  const project = await smallProject({ test: images });
  const lines = Array.from({ length: images }, (_, id) => `${JSON.stringify(metadataOf(id))}\n`);
  const schemaFile = join(project.data, 'index.schema.json');
  writeFileSync(join(project.data, 'test_metadata.jsonl'), lines.join(''));
  writeFileSync(schemaFile, JSON.stringify({ format: 'gsmn-index-schema', version: 1, fields }));
  const index = new IndexFolder(project.index);
  const database = await startQdrantLocal({ path: ':memory:', port: 0 });
  const store = createQdrantStore({ url: database.url });
  const said: string[] = [];
  const { data, model: checkpoint } = project;
  const build = () =>
    buildIndex(
      { index: index.path, data, checkpoint, split: 'test', imagesUrl, backend, store },
      { ...silentReport, say: (line: string) => void said.push(line) },
    );
  await build();
  const reranker = await startLoadedReranker({
    indexFolder: index.path,
    backend,
    port: 0,
    log: keptLog().log,
  });
  return {
    project,
    index,
    database,
    store,
    rerank: reranker.url,
    qdrant: database.url,
    schemaFile,
    said,
    build,
    close: async () => {
      await reranker.close();
      await database.close();
      project.remove();
    },
  };
}
