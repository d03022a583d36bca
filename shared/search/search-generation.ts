import { AppError } from '../errors/index.ts';
import { bytesSource } from '../formats/byte-source.ts';
import { CAPTION_TERM_PATHS, type CaptionTermFiles, openCaptionTerms } from '../generation/caption-terms.ts';
import {
  type CoarseVectorReader,
  hasCoarseVectors,
  openCoarseVectors,
} from '../generation/coarse-vectors.ts';
import { type GenerationFiles, within } from '../generation/generation-files.ts';
import { openImageGraphs } from '../generation/image-graphs.ts';
import {
  type AlikeGroups,
  type ImagePayloadReader,
  openImagePayloads,
} from '../generation/image-payloads.ts';
import { GENERATION_PATHS, readManifest, verifyFiles } from '../generation/manifest.ts';
import { assertModelOf, type Model, readModel } from '../generation/model-folder.ts';
import { MODEL_FILES } from '../generation/model-paths.ts';
import type { CaptionEncoder, Matcher, WorkOptions } from '../model/index.ts';
import type { Parser } from '../parse/parser.ts';
import type { RecallTextEncoder } from '../retrieval/recall-encoder.ts';
import type { OpenEncoder } from '../retrieval/stored-encoder.ts';
import { openTextEncoder } from '../retrieval/text-encoders.ts';
import type { GenerationManifest } from '../schema/index.ts';
import { CaptionRanker } from './caption-ranker.ts';
import { type ImageStore, openImageStore } from './images/image-store.ts';
import { LocalQueryEncoder } from './local-query-encoder.ts';
import { LocalRanker, type RankerHooks, type RankerLimits } from './local-ranker.ts';

/** The engines for one model; the caller that opens a generation disposes of them. */
export interface SearchEngines {
  readonly encoder: CaptionEncoder;
  readonly matcher: Matcher;
}

/** Makes the engines for a model. */
export type EngineFactory = (model: Pick<Model, 'config' | 'parameters'>) => Promise<SearchEngines>;

/** Makes a parser from its file. */
export type ParserFactory = (file: ReturnType<typeof bytesSource>) => Promise<Parser>;

export interface SearchGenerationSettings extends RankerLimits {
  /** Memory for images, in bytes. */
  readonly memoryBytes: number;
  /** Memory for encoded queries, in bytes. */
  readonly queryCacheBytes: number;
}

export interface SearchGenerationHooks extends RankerHooks {
  readonly onQuery?: ((cached: boolean) => void) | undefined;
}

export interface OpenSearchGeneration extends WorkOptions {
  readonly files: GenerationFiles;
  /** Refuses a generation with another id. */
  readonly id?: string | undefined;
  /** Refuses a manifest of other bytes, by their SHA-256. */
  readonly manifestSha256?: string | undefined;
  readonly engines: EngineFactory;
  readonly parser: ParserFactory;
  /** Opens the text side of pretrained encoders; without it, generations of theirs are refused. */
  readonly pretrained?: OpenEncoder<RecallTextEncoder> | undefined;
  readonly settings: SearchGenerationSettings;
  /** Whether every byte is checked before use, and images are prepared before any request: what a service needs. */
  readonly serve: boolean;
  readonly hooks?: SearchGenerationHooks | undefined;
}

/** A generation that can be searched in this process. */
export interface SearchGeneration {
  readonly files: GenerationFiles;
  readonly manifest: GenerationManifest;
  readonly model: Pick<Model, 'vocabulary' | 'config'>;
  readonly queries: LocalQueryEncoder;
  readonly ranker: LocalRanker;
  readonly captions: CaptionRanker;
  readonly images: ImageStore;
  readonly matcher: Matcher;
  readonly vectors: CoarseVectorReader | undefined;
  /** The terms of its images' captions, if these are searched. */
  readonly terms: CaptionTermFiles | undefined;
  readonly alike: AlikeGroups;
  readonly payloads: ImagePayloadReader | undefined;
  /** For a model that compares parses. */
  readonly parser: Parser | undefined;
  /** Whether its queries can be encoded elsewhere, by its query model. */
  readonly hasQueryModel: boolean;
  /** Waits until nothing is compared any more, then frees all memory. */
  dispose(): Promise<void>;
}

/** The files of a generation that searching reads; captions are read when somebody asks for those of an image. */
const NEEDED: readonly string[] = [
  GENERATION_PATHS.imageNodes,
  GENERATION_PATHS.boxes,
  // These two exist only in generations from a build.
  GENERATION_PATHS.imageVectors,
  GENERATION_PATHS.imagePayloads,
  // These only if captions are searched.
  ...CAPTION_TERM_PATHS,
  ...Object.values(MODEL_FILES).map((path) => `${GENERATION_PATHS.model}/${path}`),
];

/**
 * Reads, checks and prepares a generation: its manifest, the fingerprints, the shapes. Progress counts the images that are prepared
 * before any request.
 *
 * @throws AppError what is wrong with it; nothing stays open then.
 */
export async function openSearchGeneration(options: OpenSearchGeneration): Promise<SearchGeneration> {
  const { files, id, engines, settings, serve, hooks = {}, signal } = options;
  const manifest = await readManifest(files, options.manifestSha256);
  if (id !== undefined && manifest.id !== id) {
    throw new AppError('format_invalid', `${files.name} holds generation ${manifest.id}, not ${id}`, {
      hint: 'the folder was renamed; its name must be the id in its manifest',
    });
  }
  if (serve) await verifyFiles(files, manifest, { paths: NEEDED, signal });
  const model = await readModel(within(files, GENERATION_PATHS.model));
  assertModelOf(manifest, model);
  const undo: (() => Promise<void>)[] = [];
  const dispose = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { pretrained } = options;
    let hasQueryModel = true;
    const recall = await openTextEncoder(
      model.coarse,
      `${files.name}: the recall encoder`,
      pretrained &&
        ((stored, where) => {
          hasQueryModel = false;
          return pretrained(stored, where);
        }),
    );
    undo.push(async () => recall.dispose?.());
    const { encoder, matcher } = await engines(model);
    undo.push(async () => {
      await encoder.dispose();
      await matcher.dispose();
    });
    const reader = await openImageGraphs(files, manifest);
    undo.push(() => reader.close());
    const vectors = hasCoarseVectors(manifest) ? await openCoarseVectors(files, manifest) : undefined;
    undo.push(async () => vectors?.close());
    const terms = await openCaptionTerms(files, manifest);
    undo.push(async () => terms?.close());
    const payloads = await openImagePayloads(files, manifest);
    undo.push(async () => payloads?.close());
    const alike: AlikeGroups = payloads?.alike ?? new Map();
    const images = await openImageStore(reader, matcher, settings.memoryBytes, { ...options, fill: serve });
    undo.push(() => images.close());
    const parser =
      model.parser && (await options.parser(bytesSource(`${files.name}: the parser`, model.parser)));
    const { ranking, collections, fields } = manifest;
    const ranker = new LocalRanker(
      { generation: manifest.id, ranking, matcher, images, vectors, terms, payloads },
      settings,
      hooks,
    );
    undo.push(() => ranker.idle());
    const captions = new CaptionRanker({
      files,
      manifest,
      matcher,
      images,
      vectors,
      payloads,
      verify: serve,
    });
    undo.push(() => captions.close());
    const queries = new LocalQueryEncoder(
      {
        generation: manifest.id,
        collection: collections.images,
        images: manifest.images.count,
        ranking,
        grouped: alike.size > 0,
        fields,
        vocabulary: model.vocabulary,
        encoder,
        recall,
        parser,
      },
      { cacheBytes: settings.queryCacheBytes, onQuery: hooks.onQuery },
    );
    return {
      files,
      manifest,
      model,
      queries,
      ranker,
      captions,
      images,
      matcher,
      vectors,
      terms,
      alike,
      payloads,
      parser,
      hasQueryModel,
      dispose,
    };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}
