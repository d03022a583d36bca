import { AppError } from '../../../shared/errors/index.ts';
import { bytesSource } from '../../../shared/formats/byte-source.ts';
import {
  assertModelOf,
  type CoarseVectorReader,
  GENERATION_PATHS,
  type GenerationFiles,
  hasCoarseVectors,
  MODEL_FILES,
  openCoarseVectors,
  openImageGraphs,
  readManifest,
  readModel,
  verifyFiles,
  within,
} from '../../../shared/generation/index.ts';
import type { CaptionEncoder, Matcher, Parameters, WorkOptions } from '../../../shared/model/index.ts';
import type { Parser } from '../../../shared/parse/index.ts';
import { openTextEncoder } from '../../../shared/retrieval/text-encoders.ts';
import type { GenerationManifest, ModelConfig } from '../../../shared/schema/index.ts';
import type { Vocabulary } from '../../../shared/text/index.ts';
import { type ImageStore, openImageStore } from '../matching/image-store.ts';
import { QueryEncoder } from '../matching/query-encoder.ts';
import type { RerankSettings } from '../settings.ts';

/** Makes the engines of one model on the named backend. */
export type EngineFactory = (
  config: ModelConfig,
  parameters: Parameters,
  backend: string,
) => Promise<{ readonly encoder: CaptionEncoder; readonly matcher: Matcher }>;

/** What the service reads of a generation (captions are of no use to it). */
const NEEDED: readonly string[] = [
  GENERATION_PATHS.imageNodes,
  GENERATION_PATHS.boxes,
  // Only in generations that a build has written; nothing but exhaustive search wants it.
  GENERATION_PATHS.imageVectors,
  ...Object.values(MODEL_FILES).map((path) => `${GENERATION_PATHS.model}/${path}`),
];

/** A generation that can answer. It stays alive until it was retired and its last user has left. */
export class LoadedGeneration {
  readonly manifest: GenerationManifest;
  readonly vocabulary: Vocabulary;
  readonly queries: QueryEncoder;
  readonly images: ImageStore;
  readonly matcher: Matcher;
  /** The images' coarse vectors, where the generation has them. */
  readonly vectors: CoarseVectorReader | undefined;
  /** Parses queries, where the model compares parses. */
  readonly parser: Parser | undefined;
  readonly #dispose: () => Promise<void>;
  #users = 0;
  #retired = false;

  private constructor(
    parts: Pick<
      LoadedGeneration,
      'manifest' | 'vocabulary' | 'queries' | 'images' | 'matcher' | 'vectors' | 'parser'
    >,
    dispose: () => Promise<void>,
  ) {
    this.manifest = parts.manifest;
    this.vocabulary = parts.vocabulary;
    this.queries = parts.queries;
    this.images = parts.images;
    this.matcher = parts.matcher;
    this.vectors = parts.vectors;
    this.parser = parts.parser;
    this.#dispose = dispose;
  }

  get id(): string {
    return this.manifest.id;
  }

  /** Memory for images and queries, in bytes. */
  get bytes(): number {
    return this.images.status.bytes + this.queries.cachedBytes;
  }

  /**
   * Reads, checks and prepares a generation: its manifest, every byte that is used, the fingerprints, the shapes.
   * Progress counts the images that are prepared ahead of any request.
   *
   * @throws AppError what is wrong with it; nothing stays open then.
   */
  static async load(
    id: string,
    files: GenerationFiles,
    engines: EngineFactory,
    backend: string,
    settings: Pick<RerankSettings, 'memoryBytes' | 'queryCacheBytes'>,
    options: WorkOptions = {},
  ): Promise<LoadedGeneration> {
    const manifest = await readManifest(files);
    if (manifest.id !== id) {
      throw new AppError('format_invalid', `${files.name} holds generation ${manifest.id}, not ${id}`, {
        hint: 'the folder was renamed; its name must be the id in its manifest',
      });
    }
    await verifyFiles(files, manifest, { paths: NEEDED, signal: options.signal });
    const model = await readModel(within(files, GENERATION_PATHS.model));
    assertModelOf(manifest, model);
    const undo: (() => Promise<void>)[] = [];
    const dispose = async (): Promise<void> => {
      for (const step of undo.splice(0).reverse()) await step();
    };
    try {
      const recall = await openTextEncoder(model.coarse, `${files.name}: the recall encoder`);
      undo.push(async () => recall.dispose?.());
      const { encoder, matcher } = await engines(model.config, model.parameters, backend);
      undo.push(async () => {
        await encoder.dispose();
        await matcher.dispose();
      });
      const reader = await openImageGraphs(files, manifest);
      undo.push(() => reader.close());
      const vectors = hasCoarseVectors(manifest) ? await openCoarseVectors(files, manifest) : undefined;
      undo.push(async () => vectors?.close());
      const images = await openImageStore(reader, matcher, settings.memoryBytes, options);
      undo.push(() => images.close());
      const queries = new QueryEncoder(encoder, recall, settings.queryCacheBytes);
      const parser = model.parser && (await openParser(`${files.name}: the parser`, model.parser));
      return new LoadedGeneration(
        { manifest, vocabulary: model.vocabulary, queries, images, matcher, vectors, parser },
        dispose,
      );
    } catch (thrown) {
      await dispose();
      throw thrown;
    }
  }

  /** Lets a request use the generation; the returned function ends that, once. */
  retain(): () => Promise<void> {
    this.#users++;
    let left = false;
    return async () => {
      if (left) return;
      left = true;
      this.#users--;
      await this.#disposeWhenUnused();
    };
  }

  /** No further request will come. */
  async retire(): Promise<void> {
    if (this.#retired) return;
    this.#retired = true;
    await this.#disposeWhenUnused();
  }

  async #disposeWhenUnused(): Promise<void> {
    if (this.#retired && this.#users === 0) await this.#dispose();
  }
}

/** The parsing code is loaded for the generations that have a parser. */
async function openParser(name: string, bytes: Uint8Array): Promise<Parser> {
  const { parserOf } = await import('../../../shared/platform/parse/index.ts');
  return parserOf(bytesSource(name, bytes));
}
