import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { type BackendChoice, resolveBackend } from '../../../shared/platform/engines/index.ts';
import type { GenerationManifest } from '../../../shared/schema/index.ts';
import type { QdrantStore } from '../../../workers/clients/index.ts';
import { IndexFolder } from '../../generation/index-folder.ts';
import { dataFolder } from '../options.ts';
import { openStorage } from '../storage.ts';
import { buildFor } from './build.ts';
import { Parts } from './closing.ts';
import { ensureIndex } from './ensure-index.ts';
import { exampleSentences } from './examples.ts';
import { createLog } from './log.ts';
import { servePictures } from './pictures.ts';
import { assertPortFree, startLoadedReranker, startSearch } from './services.ts';
import { listenForStop } from './signals.ts';
import type { StartOptions } from './start-options.ts';

/** Where the parts find each other. */
interface Running {
  readonly url: string;
  readonly manifest: GenerationManifest;
  readonly store: QdrantStore;
  readonly choice: BackendChoice;
  readonly pictures: string | undefined;
}

/**
 * Starts the whole system on this machine, says where it is, and ends it in order at the first signal. When a part
 * does not start, those that run are ended and its error is thrown.
 */
export async function runStart(options: StartOptions): Promise<void> {
  const parts = new Parts();
  const stop = listenForStop();
  try {
    const running = await startAll(options, parts, stop.signal);
    process.stdout.write(await announcement(running));
    await stop.asked;
  } finally {
    await parts.close();
  }
}

async function startAll(options: StartOptions, parts: Parts, signal: AbortSignal): Promise<Running> {
  const { host, port } = options;
  const log = createLog(options.logLevel);
  await assertPortFree(port, host);
  const choice = await resolveBackend(options.backend);
  const index = new IndexFolder(options.index);
  if ((await index.active()) === undefined && options.build) assertBuildable(options);
  signal.throwIfAborted();

  const qdrant = parts.add('the vector database', await openStorage(index, { qdrant: options.qdrant, log }));
  const { store } = qdrant;
  const manifest = await ensureIndex({
    index,
    store,
    build: options.build ? () => buildFor(options, { store, backend: choice.backend, signal }) : undefined,
    // Data that was named is what the person wants to search; what is built already is not built again.
    outdated: hasData(options),
    signal,
  });
  signal.throwIfAborted();

  const token = secret();
  const reranker = parts.add(
    'the reranker',
    await startLoadedReranker({ indexFolder: index.path, backend: choice.backend, port: 0, token, log }),
  );
  signal.throwIfAborted();

  const folder = picturesOf(options);
  const pictures =
    folder === undefined ? undefined : parts.add('the picture server', await servePictures(folder));
  const { url } = parts.add(
    'the edge worker',
    await startSearch({
      host,
      port,
      vars: {
        RERANK_URL: reranker.url,
        RERANK_TOKEN: token,
        QDRANT_URL: qdrant.url,
        ...(qdrant.apiKey === undefined ? {} : { QDRANT_API_KEY: qdrant.apiKey }),
        ...(pictures === undefined ? {} : { IMAGES_URL: pictures.url }),
      },
      log,
    }),
  );
  signal.throwIfAborted();
  return { url, manifest, store, choice, pictures: folder };
}

/** The folder of the data's pictures, where there is one. */
function picturesOf(options: StartOptions): string | undefined {
  if (!hasData(options)) return undefined;
  const folder = join(dataFolder(options), 'images');
  return existsSync(folder) ? folder : undefined;
}

/** Before anything is started, so that nobody waits for a message about an option. */
function assertBuildable(options: StartOptions): void {
  if (hasData(options)) return;
  throw new AppError(
    'argument_invalid',
    `there is no index in ${options.index} yet, and nothing to build it from`,
    {
      hint: 'pass --data DIR (with a checkpoint in it, or --checkpoint FILE), or --index DIR of an index that was built',
    },
  );
}

function hasData({ data, dataName }: StartOptions): boolean {
  return data !== undefined || dataName !== undefined;
}

/** What a person reads when everything runs. */
async function announcement({ url, manifest, store, choice, pictures }: Running): Promise<string> {
  const { images, captions, id } = manifest;
  const examples = await exampleSentences(store, manifest, 3);
  return [
    '',
    `  ${url}/`,
    '',
    `  ${images.count} images, ${captions.count} captions (generation ${id}); backend ${choice.backend}`,
    ...choice.passedOver.map(({ why }) => `  (${why})`),
    `  pictures: ${pictures ?? 'none: --data DIR with a folder images/ in it shows them'}`,
    ...(examples.length === 0 ? [] : ['', '  Try:', ...examples.map((sentence) => `    ${sentence}`)]),
    '',
    '  Ctrl-C ends it.',
    '',
    '',
  ].join('\n');
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
