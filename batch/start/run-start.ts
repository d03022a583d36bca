import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { resolveQueryBackend } from '../../shared/platform/engines/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import { pageContent } from '../data/page-content.ts';
import { buildIndex } from '../index/build-index.ts';
import { IndexFolder } from '../index/index-folder.ts';
import { probeStore } from '../index/probe-store.ts';
import { RENDITION_WIDTHS } from '../photos/read/render-photo.ts';
import type { Report } from '../report.ts';
import { Parts, type Service } from '../serve/closing.ts';
import { assertPortFree, type RunningEdge, startSearch } from '../serve/edge.ts';
import { serveImageFiles } from '../serve/image-files.ts';
import { createLog, type Log } from '../serve/log.ts';
import { QueryLogFile } from '../serve/query-log-file.ts';
import { RenditionCache } from '../serve/rendition-cache.ts';
import { Renditions } from '../serve/renditions.ts';
import { startLoadedReranker } from '../serve/reranker.ts';
import { listenForStop } from '../serve/signals.ts';
import { openStorage } from '../serve/storage.ts';
import { announcement, type Running } from './announcement.ts';
import { callerVariables } from './callers.ts';
import type { DataSource, ServedImages } from './data-source.ts';
import { ensureIndex } from './ensure-index.ts';
import { findDataSource } from './find-data-source.ts';
import { indexAgain } from './index-again.ts';
import { observationVariables } from './observation-variables.ts';
import { exampleSentences, pageVariables } from './page.ts';
import { PhotoWatch } from './photo-watch.ts';
import { searchKeys } from './search-keys.ts';
import type { StartOptions } from './start-options.ts';

/** The running parts, with those that may end by themselves. */
type Started = Omit<Running, 'url'> & {
  readonly edge: RunningEdge;
  readonly database: Promise<void> | undefined;
};

/** Number of sentences to try if the data names none. */
const SENTENCES = 3;

/**
 * Starts the whole system on this machine, prints its address, and ends it in order at the first signal. If a part does
 * not start, or the edge worker or the vector database cannot be kept running, the running parts are ended and the error is thrown.
 */
export async function runStart(options: StartOptions, report: Report): Promise<void> {
  const parts = new Parts();
  const stop = listenForStop();
  try {
    const { edge, database, ...running } = await startAll(options, report, parts, stop.signal);
    process.stdout.write(announcement({ url: edge.url, ...running }));
    await Promise.race([stop.asked, edge.ended, ...(database === undefined ? [] : [database])]);
  } finally {
    await parts.close();
  }
}

async function startAll(
  options: StartOptions,
  report: Report,
  parts: Parts,
  signal: AbortSignal,
): Promise<Started> {
  const { host, port } = options;
  const log = createLog(options.logLevel);
  const callers = await callerVariables(options);
  const keys = await searchKeys(options);
  await assertPortFree(port, host);
  const choice = await resolveQueryBackend(options.backend);
  const index = new IndexFolder(options.index);
  // Before anything is started, so that a message about missing data comes at once.
  const source = await findDataSource(options, index);
  signal.throwIfAborted();

  const mayChange = options.build;
  const qdrant = parts.add(
    'the vector database',
    await openStorage(index, { qdrant: options.qdrant, mayChange, log, signal }),
  );
  const { store } = qdrant;
  const manifest = await ensureIndex({
    index,
    store,
    // The index may hold other data than the user wants to search; a generation that is already built is not built
    // again.
    build:
      mayChange && source !== undefined
        ? () => buildFor(options, source, { store, backend: choice.backend, signal }, report)
        : undefined,
    maySend: mayChange || qdrant.temporary,
    signal,
  });
  signal.throwIfAborted();

  keys?.assertFit(manifest.fields);
  const token = secret();
  const reranker = parts.add(
    'the reranker',
    await startLoadedReranker({ indexFolder: index.path, backend: options.backend, port: 0, token, log }),
  );
  signal.throwIfAborted();

  const served = await source?.images();
  const images = served === undefined ? undefined : await startImages(served, index, options, parts, log);
  const queryLog =
    options.queryLog === undefined
      ? undefined
      : parts.add('the query log', await QueryLogFile.open(options.queryLog, log));
  const page = await pageContent(source?.folder, async () =>
    // The page is for everybody, and captions are for those whose images they describe.
    keys === undefined ? exampleSentences(store, manifest, SENTENCES) : [],
  );
  const edge = parts.add(
    'the edge worker',
    await startSearch({
      host,
      port,
      vars: {
        RERANK_URL: reranker.url,
        RERANK_TOKEN: token,
        QDRANT_URL: qdrant.url,
        CACHE_MEMORY_MB: String(options.answersMb),
        ...(qdrant.apiKey === undefined ? {} : { QDRANT_API_KEY: qdrant.apiKey }),
        ...(images === undefined ? {} : { IMAGES_URL: images.url, IMAGES_WIDTHS: RENDITION_WIDTHS.join() }),
        ...pageVariables(page),
        ...observationVariables(process.env, queryLog !== undefined),
        ...callers,
        ...keys?.variables,
      },
      log,
      onQuery: queryLog && ((entry) => queryLog.write(entry)),
    }),
  );
  signal.throwIfAborted();
  if (options.watch && options.photos !== undefined)
    watchPhotos(options, options.photos, choice.backend, served, parts, log);
  return { edge, database: qdrant.ended, manifest, choice, imagesFrom: served?.where, page };
}

/** Serves image files, made smaller. */
async function startImages(
  { locate }: ServedImages,
  index: IndexFolder,
  { originals, build, renditionsMb }: StartOptions,
  parts: Parts,
  log: Log,
): Promise<Service> {
  // Without building, nothing in the index changes.
  const kept =
    build && renditionsMb > 0 ? new RenditionCache(index.renditions, renditionsMb * 2 ** 20) : undefined;
  const renditions = parts.add('the renditions', new Renditions(kept, log));
  return parts.add('the image server', await serveImageFiles(locate, { renditions, originals, log }));
}

/** Indexes photographs again whenever they change. */
function watchPhotos(
  { index, checkpoint, encoder, models, device, qdrant, gps = false }: StartOptions,
  photos: string,
  backend: string,
  images: ServedImages | undefined,
  parts: Parts,
  log: Log,
): void {
  const watch = new PhotoWatch({
    source: photos,
    except: index,
    refresh: async (signal) => {
      const result = await indexAgain({
        photos,
        index,
        checkpoint,
        encoder,
        models,
        device,
        backend,
        qdrant,
        gps,
        signal,
      });
      await images?.reload?.();
      log.info({ result }, 'photographs changed');
    },
    log,
  });
  parts.add('the watch of the photographs', watch);
}

/** Makes the data if necessary, and builds its index. */
async function buildFor(
  { index, vocabulary, dataName, boxFormat, propagation, searchCaptions }: StartOptions,
  source: DataSource,
  parts: { readonly store: QdrantStore; readonly backend: string; readonly signal: AbortSignal },
  report: Report,
): Promise<void> {
  const { folder, split, checkpoint, encoder, imagesUrl } = source;
  // The build asks, too, but drawing the gallery comes before it.
  await probeStore(parts.store, { signal: parts.signal });
  await source.prepare(report, parts.signal);
  await buildIndex(
    {
      index,
      data: folder,
      dataName,
      boxFormat,
      split,
      checkpoint,
      encoder,
      vocabulary,
      propagation,
      imagesUrl,
      schema: source.schema?.(),
      searchCaptions,
      // Starting takes seconds; `gsmn index verify` compares everything.
      compareAgain: false,
      ...parts,
    },
    report,
  );
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
