import * as tf from '@tensorflow/tfjs';
import { AppError } from '../errors/index.ts';
import { type ImageGraph, yieldToEventLoop } from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { type ImageBatch, imageBatch, imageLayout } from './image-batch.ts';
import type { NetworkTensors } from './network-tensors.ts';
import { disposeAll, onBackend } from './on-backend.ts';
import { spans } from './work-plan.ts';

/** Images whose Gram matrices are computed at once. */
const IMAGES_AT_ONCE = 64;

/** One image on the backend: its slices of an `ImageBatch`. */
interface ImageTensors {
  /** `[R, D]` */
  readonly nodes: tf.Tensor;
  /** `[R, T·R]` */
  readonly gram: tf.Tensor;
  /** `[R, K]` or `[K, R, R]` */
  readonly layout: tf.Tensor;
}

/**
 * Images with the same number of regions. Each has its own tensors: stacking a selection is a series of copies, whereas
 * `gather` on wasm copies number by number.
 */
export interface ImageGroup {
  readonly regions: number;
  /** Ordinals of the group's images among all prepared images. */
  readonly members: readonly number[];
  readonly images: readonly ImageTensors[];
}

/**
 * Groups images by their number of regions, so that a batch needs no padding, and lays them out on the backend in
 * pieces, yielding to the event loop in between. The caller owns the tensors; after a failure none is left.
 */
export async function imageGroups(
  backend: string,
  images: readonly ImageGraph[],
  network: NetworkTensors,
  config: ModelConfig,
): Promise<ImageGroup[]> {
  const byRegions = Map.groupBy(images.keys(), (index) => regionCount(images[index], index, config));
  const groups = [...byRegions].map(([regions, members]) => ({
    regions,
    members,
    images: [] as ImageTensors[],
  }));
  try {
    for (const group of groups) {
      for (const { start, end } of spans(group.members.length, IMAGES_AT_ONCE)) {
        const some = group.members.slice(start, end).map((index) => images[index] as ImageGraph);
        group.images.push(...onBackend(backend, () => imageTensors(some, group.regions, network, config)));
        await yieldToEventLoop();
      }
    }
  } catch (thrown) {
    disposeAll(groups);
    throw thrown;
  }
  return groups;
}

function imageTensors(
  images: readonly ImageGraph[],
  regions: number,
  network: NetworkTensors,
  { blocks, jointSize, propagation }: ModelConfig,
): ImageTensors[] {
  return tf.tidy(() => {
    const nodes = new Float32Array(images.length * regions * jointSize);
    for (const [row, image] of images.entries()) nodes.set(image.nodes, row * regions * jointSize);
    const boxes = images.map((image) => image.boxes);
    const batch = imageBatch(
      tf.tensor3d(nodes, [images.length, regions, jointSize]),
      imageLayout(network, boxes, { propagation }),
      blocks,
    );
    const [grams, layouts] = [tf.unstack(batch.gram), tf.unstack(batch.layout)];
    return tf.unstack(batch.nodes).map((node, row) => ({
      nodes: node,
      gram: grams[row] as tf.Tensor,
      layout: layouts[row] as tf.Tensor,
    }));
  });
}

/** R of an image; refuses nodes and boxes that do not belong together. */
function regionCount(image: ImageGraph | undefined, index: number, { jointSize }: ModelConfig): number {
  const [nodes, boxes] = [image?.nodes.length ?? 0, image?.boxes.length ?? 0];
  const regions = boxes / 4;
  if (regions < 1 || nodes !== regions * jointSize) {
    throw new AppError(
      'shape_mismatch',
      `image ${index} has ${nodes} node numbers and ${boxes} box numbers, expected [R, ${jointSize}] and [R, 4]`,
    );
  }
  return regions;
}

/** The groups of several batches as those of one, with consecutive ordinals. The tensors keep their owners. */
export function joinGroups(
  batches: readonly { readonly groups: readonly ImageGroup[]; readonly count: number }[],
): ImageGroup[] {
  const joined = new Map<number, { members: number[]; images: ImageTensors[] }>();
  let first = 0;
  for (const { groups, count } of batches) {
    for (const { regions, members, images } of groups) {
      const group = joined.get(regions) ?? { members: [], images: [] };
      joined.set(regions, group);
      for (const member of members) group.members.push(first + member);
      group.images.push(...images);
    }
    first += count;
  }
  return [...joined].map(([regions, group]) => ({ regions, ...group }));
}

/** The images of a group in the rows `rows`, as one batch. The caller owns the tensors. */
export function selectRows({ images }: ImageGroup, rows: readonly number[]): ImageBatch {
  const stack = (name: keyof ImageTensors) =>
    tf.stack(rows.map((row) => (images[row] as ImageTensors)[name]));
  return {
    nodes: stack('nodes') as tf.Tensor3D,
    gram: stack('gram') as tf.Tensor3D,
    layout: stack('layout'),
  };
}

/** Memory of a group's tensors, in bytes. */
export function groupBytes({ images }: ImageGroup): number {
  return images.reduce(
    (bytes, { nodes, gram, layout }) => bytes + 4 * (nodes.size + gram.size + layout.size),
    0,
  );
}

/** The part of a selection that is in one group. */
export interface GroupSelection {
  readonly group: ImageGroup;
  /** Rows of the group's batch. */
  readonly rows: readonly number[];
  /** The position of each row in the selection. */
  readonly places: readonly number[];
}

/**
 * Splits a selection of ordinals by group.
 * @throws AppError `argument_invalid` for an ordinal that is not there
 */
export function rowsOf(
  groups: readonly ImageGroup[],
  wanted: readonly number[],
  count: number,
): GroupSelection[] {
  for (const index of wanted) {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new AppError('argument_invalid', `there is no image ${index} among the ${count} prepared`);
    }
  }
  return groups.flatMap((group) => {
    const rowOf = new Map(group.members.map((member, row) => [member, row]));
    const places = [...wanted.keys()].filter((place) => rowOf.has(wanted[place] ?? -1));
    const rows = places.map((place) => rowOf.get(wanted[place] ?? -1) ?? 0);
    return rows.length === 0 ? [] : [{ group, rows, places }];
  });
}
