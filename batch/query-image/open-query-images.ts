import { AppError } from '../../shared/errors/index.ts';
import {
  GENERATION_PATHS,
  type Model,
  readModel,
  sameFeatures,
  within,
} from '../../shared/generation/index.ts';
import type { Encoder } from '../../shared/model/index.ts';
import { createThreadedEncoder } from '../../shared/platform/encode/index.ts';
import { findPretrainedFiles } from '../../shared/platform/pretrained/pretrained-files.ts';
import { indexEncoderFolder } from '../../shared/platform/pretrained/recall-texts.ts';
import { openImageEncoder, type RecallImageEncoder, readPretrained } from '../../shared/retrieval/index.ts';
import type { FeatureIdentity, GenerationManifest } from '../../shared/schema/index.ts';
import type { ImageFileEncoder, OpenImageFileEncoder } from '../../shared/search/image-file-encoder.ts';
import { imageBoxes } from '../data/image-boxes.ts';
import { featureIdentity } from '../features/feature-source.ts';
import type { DescriberName } from './image-describer.ts';
import { ImageReader } from './image-reader.ts';

/** The opened parts of an encoder. */
interface Parts {
  readonly reader: ImageReader;
  readonly recall: RecallImageEncoder;
  /** Encodes regions, if the recall encoder reads nodes. */
  readonly nodes: Encoder | undefined;
  readonly pretrained: string | undefined;
}

/**
 * Encoders of image files for the generations of an index: a file is decoded, described and encoded as the build of the generation did
 * it with the files of its images.
 *
 * @param index its folder.
 */
export function openQueryImages(index: string): OpenImageFileEncoder {
  return (generation) => {
    let opening: Promise<Parts> | undefined;
    let closed = false;
    const open = (): Promise<Parts> => {
      if (closed) throw new AppError('cancelled', 'what encodes images was closed');
      opening ??= openParts(index, generation).catch((thrown: unknown) => {
        opening = undefined;
        throw thrown;
      });
      return opening;
    };
    return {
      encode: async (file, signal) => encode(await open(), file, signal),
      close: async () => {
        closed = true;
        const parts = await opening?.catch(() => undefined);
        await parts?.reader.close();
        await parts?.nodes?.dispose();
        await parts?.recall.dispose?.();
      },
    } satisfies ImageFileEncoder;
  };
}

async function encode(
  { reader, recall, nodes, pretrained }: Parts,
  file: Uint8Array,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { boxes, width, height, encoded, ...described } = await reader.describe(file, signal);
  const regions = boxes.length / 4;
  const none = new Float32Array(0);
  const [vector] = await recall.encodeImages([
    {
      ...described,
      regions,
      nodes: (await nodes?.encodeImages(described.features, 1, regions)) ?? none,
      boxes: imageBoxes({ regions, boxRows: boxes, sizeRows: Float32Array.of(width, height) }).boxes,
      encoded: encoded && pretrained !== undefined ? { by: pretrained, vector: encoded } : undefined,
    },
  ]);
  return vector ?? none;
}

async function openParts(
  index: string,
  { files, manifest }: Parameters<OpenImageFileEncoder>[0],
): Promise<Parts> {
  const model = await readModel(within(files, GENERATION_PATHS.model));
  const recall = await openImageEncoder(model.coarse, `${files.name}: the recall encoder`);
  const isPretrained = recall.kind === 'pretrained';
  const describer = isPretrained ? await pretrainedSide(index, model) : await sourceOf(manifest.features);
  if (!isPretrained && recall.needs.includes('encoded')) throw unknownEncoder('a pretrained encoder');
  return {
    reader: new ImageReader({ describer }),
    recall,
    nodes: recall.needs.includes('nodes')
      ? await createThreadedEncoder(model.config, model.parameters, { threads: 1 })
      : undefined,
    pretrained: isPretrained ? readPretrained(model.coarse, files.name).identity : undefined,
  };
}

/** The feature source of the generation, in exactly the version that its features are of. */
async function sourceOf(features: GenerationManifest['features']): Promise<DescriberName> {
  const own = features && (await ownIdentity(features));
  if (own !== undefined && sameFeatures(own, features)) {
    return { kind: own.source as 'drawn-regions' | 'photo-regions' };
  }
  throw unknownEncoder(
    features === undefined ? 'a source that the data does not name' : `"${features.source}"`,
  );
}

/** Their code is loaded only then: most services are never sent an image. */
async function ownIdentity({ source }: FeatureIdentity): Promise<FeatureIdentity | undefined> {
  if (source === 'drawn-regions') {
    return featureIdentity((await import('../features/drawn-regions/drawn-regions.ts')).drawnRegions);
  }
  if (source !== 'photo-regions') return undefined;
  const { photoFeatureIdentity } = await import('../extraction/extract-photos.ts');
  return photoFeatureIdentity();
}

/** The image side of a pretrained encoder, which the index keeps beside the text side. */
async function pretrainedSide(index: string, { coarse }: Pick<Model, 'coarse'>): Promise<DescriberName> {
  const { identity, name } = readPretrained(coarse, 'the recall encoder');
  const found = await findPretrainedFiles(indexEncoderFolder(index, identity)).catch((cause: unknown) => {
    throw unknownEncoder(`the pretrained encoder ${name}`, cause);
  });
  if (found.identity !== identity) throw unknownEncoder(`the pretrained encoder ${name}`);
  return { kind: 'pretrained', folder: found.folder, network: found.images.network };
}

function unknownEncoder(who: string, cause?: unknown): AppError {
  return new AppError(
    'image_encoder_missing',
    `This index cannot be searched with an image: its images were described by ${who}, which does not run here.`,
    { hint: 'Search with a sentence, or with an image of the index (like).', cause },
  );
}
