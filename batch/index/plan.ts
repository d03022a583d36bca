import { canonicalJson, type Model, type NodeDtype, sha256Hex } from '../../shared/generation/index.ts';
import { DEFAULT_CAPTION_WEIGHT } from '../../shared/retrieval/fusion.ts';
import type { GenerationManifest, Ranking } from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import type { SplitFields } from '../data/index-fields.ts';
import type { Split } from '../data/split.ts';

/** Version of the result of a build for the same input: raised when it changes. */
const BUILD_VERSION = 1;

/** How nodes are stored: in half the bytes, with the ranks of float32 (docs/node-store.md). */
export const NODE_DTYPE: NodeDtype = 'float16';

export interface PlanInput {
  readonly model: Model;
  readonly split: Split;
  /** SHA-256 of the split's files. */
  readonly dataFingerprint: string;
  readonly sourceName: string;
  readonly backend: string;
  /** The declared fields of the images; undefined if there are none. */
  readonly fields: SplitFields | undefined;
  /** Prefix of the image files' addresses; undefined if there are none. */
  readonly imagesUrl: string | undefined;
  /** Whether the words of captions are searched as well. */
  readonly searchCaptions: boolean;
}

/** A caption as in the index. */
export interface PlannedCaption {
  /** Word ids with `<start>` and `<end>`. */
  readonly ids: readonly number[];
  readonly text: string;
  /** Ordinal of its image. */
  readonly image: number;
}

/** Everything that a build will write, decided before the first byte. */
export interface GenerationPlan extends PlanInput {
  /** Hash of everything that the generation's bytes depend on. */
  readonly id: string;
  /** The model's, with the weight of captions only if these are searched. */
  readonly ranking: Ranking;
  /** Without captions, images alone. */
  readonly holds: GenerationManifest['holds'];
  readonly captions: readonly PlannedCaption[];
  readonly collections: { readonly images: string; readonly captions?: string };
}

/** Decides the identity and contents of a generation. */
export async function planGeneration(input: PlanInput): Promise<GenerationPlan> {
  const { model, split, dataFingerprint, sourceName, backend, imagesUrl, fields, searchCaptions } = input;
  const { captionWeight = DEFAULT_CAPTION_WEIGHT, ...pixels } = model.ranking;
  const ranking = searchCaptions ? { ...pixels, captionWeight } : pixels;
  const captions = plannedCaptions(model, split);
  const holds = captions.length === 0 ? (['images'] as const) : (['images', 'captions'] as const);
  const identity = {
    version: BUILD_VERSION,
    fingerprints: model.fingerprints,
    ranking,
    data: dataFingerprint,
    source: [sourceName, split.split],
    imagesUrl: imagesUrl ?? null,
    nodes: NODE_DTYPE,
    backend,
    // Only without captions, so that all other generations keep their ids.
    ...(captions.length === 0 ? { holds } : {}),
    // Only if it is known, so that generations of unnamed features keep their ids.
    ...(split.features === undefined ? {} : { features: split.features }),
    ...(fields === undefined ? {} : { fields: fields.declared }),
  };
  const id = (await sha256Hex([canonicalJson(identity)])).slice(0, 16);
  return {
    ...input,
    id,
    ranking,
    captions,
    holds: [...holds],
    collections: captions.length === 0 ? { images: collectionsOf(id).images } : collectionsOf(id),
  };
}

/** The names of a generation's collections. */
export function collectionsOf(id: string): { readonly images: string; readonly captions: string } {
  return { images: `gsmn-${id}-images`, captions: `gsmn-${id}-captions` };
}

/** Ids from the data if it has them, else from the text of the captions; text from the data, else from the ids. */
function plannedCaptions({ vocabulary }: Model, split: Split): PlannedCaption[] {
  const { captionIds, captionTexts, captionImages } = split;
  return Array.from(captionImages, (image, caption) => {
    const text = captionTexts?.[caption];
    const ids = captionIds[caption] ?? encodeQuery(text ?? '', vocabulary).ids;
    const spelled = (): string =>
      ids
        .slice(1, -1)
        .map((id) => vocabulary.wordOf(id))
        .join(' ');
    return { ids, text: text ?? spelled(), image };
  });
}
