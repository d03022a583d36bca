import { AppError } from '../errors/index.ts';
import {
  assertNotAborted,
  assertParameters,
  type CaptionGraph,
  emptyScores,
  type Matcher,
  type PairEvidence,
  type PairScores,
  type Parameters,
  type PreparedImages,
  scoreListsInTurn,
  type WorkOptions,
  yieldToEventLoop,
} from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import type { CaptionBatch } from './caption-batch.ts';
import { captionLengths, uploadCaptions } from './caption-batch.ts';
import { uploadParameters } from './network-tensors.ts';
import { disposeAll, onBackend, takeData } from './on-backend.ts';
import { matchingWeights, matchPairs } from './pair-matching.ts';
import {
  groupBytes,
  type ImageGroup,
  imageGroups,
  joinGroups,
  rowsOf,
  selectRows,
} from './prepared-images.ts';
import { pieceSizes, spans } from './work-plan.ts';

/**
 * GSMN's matching on a loaded TF.js backend. The matcher owns the tensors of its weights until `dispose`; prepared
 * images own theirs until their own `dispose`; no other tensor outlives a call. Images may have different numbers of
 * regions.
 * @param backend `wasm`, `tensorflow` or `webgpu`
 * @throws AppError `backend_unavailable` when that backend is not loaded, `shape_mismatch` for parameters that do not
 *   fit the configuration
 */
export function createTfjsMatcher(backend: string, config: ModelConfig, parameters: Parameters): Matcher {
  assertParameters(config, parameters);
  const graphs = new Map([...parameters].filter(([name]) => /^(image|text)_graph\./.test(name)));
  // The parameters are kept too: the layout of images is computed from the kernels among them.
  const { uploaded, weights } = onBackend(backend, () => {
    const network = uploadParameters(graphs);
    return { uploaded: Object.fromEntries(network), weights: matchingWeights(network, config) };
  });
  const network = new Map(Object.entries(uploaded));
  const owned = new WeakMap<PreparedImages, readonly ImageGroup[]>();

  function groupsOf(prepared: PreparedImages): readonly ImageGroup[] {
    const groups = owned.get(prepared);
    if (groups !== undefined) return groups;
    throw new AppError('argument_invalid', 'these images were prepared by another matcher, or disposed of', {
      hint: 'prepare them with the matcher that scores them',
    });
  }

  async function score(
    prepared: PreparedImages,
    captions: readonly CaptionGraph[],
    indices?: ArrayLike<number>,
    { signal, onProgress }: WorkOptions = {},
  ): Promise<PairScores> {
    const groups = groupsOf(prepared);
    const wanted = indices === undefined ? [...Array(prepared.count).keys()] : Array.from(indices);
    const lengths = captionLengths(captions, config);
    const scores = emptyScores(wanted.length, captions.length);
    // Captions of similar length are put together, so that there is little padding.
    const order = [...captions.keys()].sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));
    let done = 0;
    for (const { group, rows, places } of rowsOf(groups, wanted, prepared.count)) {
      for (let first = 0; first < order.length; ) {
        const longest = lengths[order[first] ?? 0] ?? 1;
        const numbersPerPair = config.blocks * group.regions * longest;
        const piece = pieceSizes(rows.length, order.length - first, numbersPerPair);
        const columns = order.slice(first, first + piece.captions);
        first += columns.length;
        const texts = onBackend(backend, () =>
          uploadCaptions(
            columns.map((index) => captions[index] ?? { words: new Float32Array() }),
            config,
          ),
        );
        try {
          for (const { start, end } of spans(rows.length, piece.images)) {
            assertNotAborted(signal);
            const [imageToText, textToImage] = onBackend(backend, () => {
              const images = selectRows(group, rows.slice(start, end));
              const matches = matchPairs(weights, images, texts, config);
              return [matches.imageToText, matches.textToImage] as const;
            });
            const [i2t, t2i] = await Promise.all([takeData(imageToText), takeData(textToImage)]);
            const target = { places: places.slice(start, end), columns };
            place(i2t, scores.imageToText, captions.length, target);
            place(t2i, scores.textToImage, captions.length, target);
            done += (end - start) * columns.length;
            onProgress?.(done, wanted.length * captions.length);
            await yieldToEventLoop();
          }
        } finally {
          disposeAll(texts);
        }
      }
    }
    return scores;
  }

  /** Evidence for one image and the one caption of a batch. */
  async function evidence(
    groups: readonly ImageGroup[],
    index: number,
    count: number,
    text: CaptionBatch,
  ): Promise<PairEvidence> {
    const [part] = rowsOf(groups, [index], count);
    if (part === undefined) throw new AppError('internal', `no image ${index}`);
    const matches = onBackend(backend, () =>
      matchPairs(weights, selectRows(part.group, part.rows), text, config),
    );
    const [wordAttention, regionAttention, wordScores, regionScores, imageToText, textToImage] =
      await Promise.all([
        takeData(matches.wordAttention),
        takeData(matches.regionAttention),
        takeData(matches.wordScores),
        takeData(matches.regionScores),
        takeData(matches.imageToText),
        takeData(matches.textToImage),
      ]);
    return {
      wordAttention,
      regionAttention,
      wordScores,
      regionScores,
      imageToText: imageToText[0] ?? Number.NaN,
      textToImage: textToImage[0] ?? Number.NaN,
    };
  }

  return {
    backend,

    prepareImages: async (images) => {
      const groups = await imageGroups(backend, images, network, config);
      const prepared: PreparedImages = {
        count: images.length,
        bytes: groups.reduce((bytes, group) => bytes + groupBytes(group), 0),
        dispose: () => {
          disposeAll(groups);
          owned.delete(prepared);
        },
      };
      owned.set(prepared, groups);
      return prepared;
    },

    gather: (batches) => {
      const groups = joinGroups(batches.map((batch) => ({ groups: groupsOf(batch), count: batch.count })));
      const gathered: PreparedImages = {
        count: batches.reduce((count, batch) => count + batch.count, 0),
        bytes: 0,
        dispose: () => void owned.delete(gathered),
      };
      owned.set(gathered, groups);
      return gathered;
    },

    score,

    scoreLists: (prepared, lists, options) => scoreListsInTurn(score, prepared, lists, options),

    evidenceOf: async (prepared, indices, caption, { signal } = {}) => {
      const groups = groupsOf(prepared);
      const text = onBackend(backend, () => uploadCaptions([caption], config));
      try {
        const found: PairEvidence[] = [];
        for (const index of Array.from(indices)) {
          assertNotAborted(signal);
          found.push(await evidence(groups, index, prepared.count, text));
          await yieldToEventLoop();
        }
        return found;
      } finally {
        disposeAll(text);
      }
    },

    dispose: async () => {
      disposeAll([uploaded, weights]);
    },
  };
}

/** Writes a piece `[positions, columns]` to its rows and columns of `[images, captions]`. */
function place(
  piece: Float32Array,
  whole: Float32Array,
  width: number,
  { places, columns }: { readonly places: readonly number[]; readonly columns: readonly number[] },
): void {
  for (const [row, image] of places.entries()) {
    for (const [column, caption] of columns.entries()) {
      whole[image * width + caption] = piece[row * columns.length + column] as number;
    }
  }
}
