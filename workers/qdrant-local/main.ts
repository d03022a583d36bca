#!/usr/bin/env node
import process from 'node:process';
import { z } from 'zod';
import { AppError, toAppError } from '../../shared/errors/index.ts';
import { startQdrantLocal } from './server.ts';

const environmentSchema = z.object({
  QDRANT_LOCAL_PATH: z.string().min(1).default('./index/qdrant.sqlite'),
  QDRANT_LOCAL_HOST: z.string().min(1).default('127.0.0.1'),
  QDRANT_LOCAL_PORT: z.coerce.number().int().min(0).max(65_535).default(6333),
  QDRANT_API_KEY: z.string().optional(),
});

async function main(): Promise<void> {
  // An empty variable is one that is not set.
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const environment = environmentSchema.safeParse(set);
  if (!environment.success) {
    const [issue] = environment.error.issues;
    throw new AppError('config_invalid', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const {
    QDRANT_LOCAL_PATH: path,
    QDRANT_LOCAL_HOST: host,
    QDRANT_LOCAL_PORT: port,
    QDRANT_API_KEY: apiKey,
  } = environment.data;
  const running = await startQdrantLocal({
    path,
    host,
    port,
    apiKey,
    onFault: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  });
  process.stdout.write(`qdrant-local: ${running.url} on ${path}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.close().then(() => process.exit(0)));
  }
}

main().catch((thrown: unknown) => {
  const { message, hint } = toAppError(thrown);
  process.stderr.write(`qdrant-local: ${message}${hint ? `\n${hint}` : ''}\n`);
  process.exitCode = 1;
});
