import process from 'node:process';
import { AppError } from '../../shared/errors/index.ts';
import { VERSION } from '../../shared/http/index.ts';
import type { Tracing } from '../../shared/observe/tracing.ts';
import { readTracing } from '../../shared/observe/tracing-settings.ts';
import { createQueryEngines } from '../../shared/platform/engines/index.ts';
import type { MatchPrecision } from '../../shared/schema/index.ts';
import { type RerankSettings, startRerank } from '../../workers/rerank/index.ts';
import { openQueryImages } from '../query-image/open-query-images.ts';
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

async function partsOf({
  precision,
  backend,
  ...options
}: RerankerOptions): Promise<Parameters<typeof startRerank>[0]> {
  return {
    ...options,
    tracing: await tracingOf(options.token),
    engines: ({ config, parameters }) =>
      createQueryEngines(config, parameters, backend, {
        precision,
        onCard: (report) => options.log.info(report, `${report.backend} compares`),
      }),
    parser: async (file) => (await import('../../shared/platform/parse/index.ts')).parserOf(file),
    pretrained: async (stored, where) =>
      (await import('../../shared/platform/pretrained/recall-texts.ts')).openRecallTexts(
        options.indexFolder,
        stored,
        where,
      ),
    images: openQueryImages(options.indexFolder),
    shippedParser: async () => (await import('../../shared/platform/parse/index.ts')).loadParser(),
  };
}

/** Tracing, if a collector is named; its packages are loaded only then. Callers decide what is recorded if they have a token. */
async function tracingOf(token: string | undefined): Promise<Tracing | undefined> {
  const settings = readTracing(process.env);
  if (settings === undefined) return undefined;
  const { Tracing } = await import('../../shared/observe/tracing.ts');
  return new Tracing({
    ...settings,
    service: 'gsmn-rerank',
    version: VERSION,
    trustsCallers: token !== undefined,
  });
}

/** The rerank service. It listens even if the index has no active generation yet, and keeps checking. */
export async function startReranker(options: RerankerOptions): Promise<Service> {
  return startRerank(await partsOf(options));
}

/**
 * The rerank service over an index with an active generation.
 *
 * @throws AppError why its active generation cannot be loaded.
 */
export async function startLoadedReranker(options: RerankerOptions): Promise<Service> {
  const service = await startRerank(await partsOf(options));
  const { active, failure } = service.status();
  if (active !== null) return service;
  await service.close();
  throw new AppError(
    failure?.code ?? 'generation_missing',
    failure?.message ?? `the index ${options.indexFolder} has no active generation`,
    { hint: 'build the index again: `gsmn index build`' },
  );
}
