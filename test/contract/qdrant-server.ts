import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { QdrantClient } from '@qdrant/js-client-rest';
import { type QdrantLocal, type StartOptions, startQdrantLocal } from '../../workers/qdrant-local/index.ts';

export interface TestServer {
  readonly url: string;
  /** Undefined if the server takes requests without one. */
  readonly apiKey: string | undefined;
  readonly client: QdrantClient;
  close(): Promise<void>;
}

/** The official client, without the request that it makes at its start. */
export function clientOf(url: string, apiKey?: string): QdrantClient {
  return new QdrantClient({
    url,
    port: null,
    checkCompatibility: false,
    ...(apiKey ? { headers: { 'api-key': apiKey } } : {}),
  });
}

/** A new folder that `remove` deletes. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'qdrant-local-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A qdrant-local on a free port with its own file. */
export async function startTestServer(options: Partial<StartOptions> = {}): Promise<TestServer> {
  const folder = temporaryFolder();
  const running = await startQdrantLocal({ path: join(folder.path, 'store.sqlite'), port: 0, ...options });
  return {
    url: running.url,
    apiKey: options.apiKey,
    client: clientOf(running.url, options.apiKey),
    close: async () => {
      await running.close();
      folder.remove();
    },
  };
}

/**
 * The servers that a suite of what Qdrant promises runs against: qdrant-local (with these options), and the Qdrant of QDRANT_URL with the
 * key QDRANT_API_KEY, if it is set.
 */
export function testServers(
  options: Partial<StartOptions> = {},
): { name: string; start: () => Promise<TestServer> }[] {
  const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env;
  const local = { name: 'qdrant-local', start: () => startTestServer(options) };
  if (!url) return [local];
  const there = { url, apiKey: apiKey || undefined, client: clientOf(url, apiKey), close: async () => {} };
  return [local, { name: `Qdrant at ${url}`, start: async () => there }];
}

/** Status and message of the client's error for a refused request. */
export async function refusal(request: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await request;
  } catch (thrown) {
    const { status, data } = thrown as { status?: number; data?: { status?: { error?: string } } };
    if (status !== undefined) return { status, message: data?.status?.error ?? '' };
    throw thrown;
  }
  throw new Error('the request was not refused');
}

/** Asks a server in this process. A text is sent as it is. */
export async function askLocal(local: QdrantLocal, method: string, at: string, body?: unknown) {
  const response = await local.app.request(at, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { result?: unknown; status: unknown };
  const { error } = answer.status as { error?: string };
  return { status: response.status, error, result: answer.result };
}
