/**
 * Builds an index in a separate process that kills itself at a given moment.
 * Arguments: index, data, model, prefix of image addresses, stage ('' for none), share of the stage after which it dies. The vector
 * database is that of QDRANT_URL and QDRANT_API_KEY, or the index's own.
 */
import process from 'node:process';
import { activate } from '../../batch/index/activate.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import type { OnProgress, Report } from '../../batch/report.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';

const [index = '', data = '', checkpoint = '', imagesUrl, stage = '', share = '1'] = process.argv.slice(2);
const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env;

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

const database = url
  ? { url, close: async () => undefined }
  : await startQdrantLocal({ path: new IndexFolder(index).database, port: 0 });
const store = createQdrantStore({ url: database.url, ...(url && apiKey ? { apiKey } : {}) });
const options = { index, data, checkpoint, imagesUrl, backend: 'wasm', store };
if (stage === 'activate') {
  const { generation } = await buildIndex({ ...options, activate: false }, report);
  const folder = new IndexFolder(index);
  folder.writeActive = async () => die();
  await activate(folder, store, generation);
}
const { generation } = await buildIndex(options, report);
await database.close();
process.stdout.write(generation);
process.exit(0);
