import type { CaptionList, ListScores } from '../../model/index.ts';
import type { CaptionSet } from './caption-set.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import type { ImageChunk } from './image-chunks.ts';
import { captionRuns, type MatchSetting } from './pair-runs.ts';
import type { PairBlock } from './pair-steps.ts';
import { imagePlaces } from './selected-rows.ts';

/** Blocks of pairs with tables that were made for them, which are released. */
export interface ListedPairs {
  readonly blocks: readonly PairBlock[];
  readonly free: () => void;
}

/**
 * Pairs of the captions of a set, each with the images of its list. There is one table of image and caption rows for
 * each buffer of images and each run of captions, so that one step takes the pairs of many lists.
 * @param scores destination of the scores of each list
 * @throws AppError `argument_invalid` for a number of no image, `memory_exhausted`
 */
export async function listedPairs(
  memory: GpuMemory,
  chunks: readonly ImageChunk[],
  captions: CaptionSet,
  lists: readonly CaptionList[],
  scores: readonly ListScores[],
  setting: MatchSetting,
): Promise<ListedPairs> {
  const places = captions.order.map(({ caption }) => imagePlaces(chunks, lists[caption]?.indices ?? []));
  const blocks: PairBlock[] = [];
  const free = () => {
    for (const { rows } of blocks) memory.free(rows.table);
  };
  try {
    for (const images of new Set(places.flatMap((own) => [...own.keys()]))) {
      const regions = places
        .flatMap((own) => own.get(images) ?? [])
        .reduce((most, { entry }) => Math.max(most, entry[2] ?? 0), 0);
      for (const run of captionRuns(captions.order, regions, setting)) {
        const pairs = Array.from({ length: run.captions }, (_, offset) => {
          const row = run.caption + offset;
          const target = scores[captions.order[row]?.caption ?? 0];
          return (places[row]?.get(images) ?? []).map((place) => ({ ...place, caption: row, target }));
        }).flat();
        if (pairs.length === 0) continue;
        const table = new Uint32Array(4 * pairs.length);
        for (const [at, { entry, caption }] of pairs.entries()) {
          table.set(entry, 4 * at);
          table[4 * at + 3] = caption;
        }
        blocks.push({
          rows: {
            images,
            table: await memory.upload(table, USAGE.storage),
            count: pairs.length,
            regions,
            captions: Uint32Array.from(pairs, ({ caption }) => caption),
          },
          run: { ...run, caption: 0, captions: 1 },
          place: (pair, imageToText, textToImage) => {
            const { target, row } = pairs[pair] ?? {};
            if (target === undefined || row === undefined) return;
            target.imageToText[row] = imageToText;
            target.textToImage[row] = textToImage;
          },
        });
      }
    }
    return { blocks, free };
  } catch (thrown) {
    free();
    throw thrown;
  }
}
