/**
 * Writes endlessly, to be killed: batch `n` puts points `10 n … 10 n + 9` and moves the shared points 0 … 9 to generation `n`.
 * Prints `n` when the batch was acknowledged. Arguments: the store, the first `n`.
 */
import { writeSync } from 'node:fs';
import process from 'node:process';
import { createQdrantLocal } from '../../workers/qdrant-local/index.ts';

const [path = '', first = '1'] = process.argv.slice(2);
const { app } = await createQdrantLocal({ path });

async function ask(method: string, at: string, body: unknown): Promise<void> {
  const response = await app.request(at, { method, body: JSON.stringify(body) });
  if (response.status !== 200 && response.status !== 409) throw new Error(await response.text());
}

await ask('PUT', '/collections/c', {
  vectors: { size: 64, distance: 'Dot' },
  sparse_vectors: { words: {} },
});
for (let n = Number(first); ; n++) {
  const ids = Array.from({ length: 20 }, (_, at) => (at < 10 ? at : 10 * n + at - 10));
  const vector = { '': Array.from({ length: 64 }, () => n), words: { indices: [n, n + 1], values: [n, 1] } };
  const points = ids.map((id) => ({ id, vector, payload: { n } }));
  await ask('PUT', '/collections/c/points?wait=true', { points });
  writeSync(1, `${n}\n`);
}
