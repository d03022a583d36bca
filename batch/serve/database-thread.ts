/** The program of the thread that runs the vector database. */
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { type AppError, type ErrorCode, toAppError } from '../../shared/errors/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';

/** The data that the thread is started with. */
export interface DatabaseThreadData {
  readonly path: string;
  readonly port: number;
  readonly host?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** An error as it crosses threads, where classes and codes would be lost. */
export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly stack?: string | undefined;
}

export type FromDatabaseThread =
  | { readonly kind: 'listening'; readonly url: string }
  /** It did not start, and ends. */
  | { readonly kind: 'failed'; readonly error: SentError }
  /** Something that should not happen, and did not end it. */
  | { readonly kind: 'fault'; readonly error: SentError };

const send = (message: FromDatabaseThread) => parentPort?.postMessage(message);

function sent(thrown: unknown): SentError {
  const { code, message, hint, stack }: AppError = toAppError(thrown);
  return { code, message, hint, stack };
}

try {
  const database = await startQdrantLocal({
    ...(workerData as DatabaseThreadData),
    onFault: (thrown) => send({ kind: 'fault', error: sent(thrown) }),
  });
  // The only message to it is to end in order.
  parentPort?.once('message', () => void database.close().then(() => process.exit(0)));
  send({ kind: 'listening', url: database.url });
} catch (thrown) {
  send({ kind: 'failed', error: sent(thrown) });
}
