import { AppError } from '../../shared/errors/index.ts';
import { createQueryEngines } from '../../shared/platform/engines/index.ts';
import type { MatchPrecision } from '../../shared/schema/index.ts';
import { type RerankSettings, startRerank } from '../../workers/rerank/index.ts';
import type { Service } from './closing.ts';
import type { Log } from './log.ts';

export interface RerankerOptions {
  readonly indexFolder: string;
  readonly backend: string;
  /** The numbers that the fused matcher multiplies; float32 by default. */
  readonly precision?: MatchPrecision | undefined;
  readonly port: number;
  readonly host?: string | undefined;
  readonly token?: string | undefined;
  readonly settings?: Partial<RerankSettings> | undefined;
  readonly log: Log;
}

function withEngines({ precision, backend, ...options }: RerankerOptions): Parameters<typeof startRerank>[0] {
  return {
    ...options,
    engines: ({ config, parameters }) => createQueryEngines(config, parameters, backend, { precision }),
    parser: async (file) => (await import('../../shared/platform/parse/index.ts')).parserOf(file),
    pretrained: async (stored, where) =>
      (await import('../../shared/platform/pretrained/recall-texts.ts')).openRecallTexts(
        options.indexFolder,
        stored,
        where,
      ),
    shippedParser: async () => (await import('../../shared/platform/parse/index.ts')).loadParser(),
  };
}

/** The rerank service. It listens even if the index has no active generation yet, and keeps checking. */
export function startReranker(options: RerankerOptions): Promise<Service> {
  return startRerank(withEngines(options));
}

/**
 * The rerank service over an index with an active generation.
 *
 * @throws AppError why its active generation cannot be loaded.
 */
export async function startLoadedReranker(options: RerankerOptions): Promise<Service> {
  const service = await startRerank(withEngines(options));
  const { active, failure } = service.status();
  if (active !== null) return service;
  await service.close();
  throw new AppError(
    failure?.code ?? 'generation_missing',
    failure?.message ?? `the index ${options.indexFolder} has no active generation`,
    { hint: 'build the index again: `gsmn index build`' },
  );
}
