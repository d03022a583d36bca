/** The program of the database's thread, which also ends or hangs as its tests say. */
import process from 'node:process';
import { workerData } from 'node:worker_threads';

const { path } = workerData as { readonly path: string };

// A channel would keep the thread alive, but the database does so anyway.
new BroadcastChannel(path).onmessage = ({ data }) => {
  if (data === 'exit') process.exit(7);
  if (data === 'hang') for (;;);
  throw new Error(String(data));
};

await import('../../batch/serve/database-thread.ts');
