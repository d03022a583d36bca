/**
 * Builds an index in a separate process that kills itself at a given moment.
 * Arguments: index, data, model, stage ('' for none), share of the stage after which it dies.
 */
import process from 'node:process';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import type { OnProgress, Report } from '../../batch/report.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';

const [index = '', data = '', checkpoint = '', stage = '', share = '1'] = process.argv.slice(2);

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

const report: Report = {
  stage: <T>(label: string, _unit: string, work: (onProgress: OnProgress) => Promise<T>) =>
    work((done, total) => {
      if (label === stage && done / total >= Number(share)) die();
    }),
  say: () => {},
  warn: () => {},
};

const database = await startQdrantLocal({ path: new IndexFolder(index).database, port: 0 });
const store = createQdrantStore({ url: database.url });
// Between the switch of the aliases and the note of the active generation.
const dying: QdrantStore = {
  ...store,
  switchAliases: async (changes, call) => {
    await store.switchAliases(changes, call);
    if (stage === 'activate') die();
  },
};
const { generation } = await buildIndex({ index, data, checkpoint, backend: 'wasm', store: dying }, report);
await database.close();
process.stdout.write(generation);
process.exit(0);
