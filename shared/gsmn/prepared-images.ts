import * as tf from '@tensorflow/tfjs';
import { AppError } from '../errors/index.ts';
import type { ImageGraph } from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { type ImageBatch, imageBatch, imageLayout } from './image-batch.ts';
import type { NetworkTensors } from './network-tensors.ts';
import { spans } from './work-plan.ts';

/** Images whose Gram matrices are computed at once. */
const IMAGES_AT_ONCE = 64;

/** Images of one number of regions, laid out on the backend. */
export interface ImageGroup {
  readonly regions: number;
  /** Ordinals of the group's images among all that were prepared. */
  readonly members: readonly number[];
  readonly batch: ImageBatch;
}

/** Groups images by their number of regions, so that every group is a batch without padding. The caller owns the tensors. */
export function imageGroups(
  images: readonly ImageGraph[],
  network: NetworkTensors,
  config: ModelConfig,
): ImageGroup[] {
  const byRegions = Map.groupBy(images.keys(), (index) => regionCount(images[index], index, config));
  return [...byRegions].map(([regions, members]) => ({
    regions,
    members,
    batch: groupBatch(
      members.map((index) => images[index] as ImageGraph),
      regions,
      network,
      config,
    ),
  }));
}

function groupBatch(
  images: readonly ImageGraph[],
  regions: number,
  network: NetworkTensors,
  config: ModelConfig,
): ImageBatch {
  const { blocks, jointSize } = config;
  const parts = spans(images.length, IMAGES_AT_ONCE).map(({ start, end }) => {
    const some = images.slice(start, end);
    const nodes = new Float32Array(some.length * regions * jointSize);
    for (const [row, image] of some.entries()) nodes.set(image.nodes, row * regions * jointSize);
    const layout = imageLayout(
      network,
      some.map(({ boxes }) => boxes),
      config,
    );
    return imageBatch(tf.tensor3d(nodes, [some.length, regions, jointSize]), layout, blocks);
  });
  return {
    nodes: tf.concat(parts.map(({ nodes }) => nodes)),
    gram: tf.concat(parts.map(({ gram }) => gram)),
    layout: tf.concat(parts.map(({ layout }) => layout)),
  };
}

/** R of an image, after refusing one whose nodes and boxes do not belong together. */
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

/** The images of a group in the rows `rows`. The caller owns the tensors. */
export function selectRows(batch: ImageBatch, rows: readonly number[]): ImageBatch {
  const index = tf.tensor1d([...rows], 'int32');
  return {
    nodes: tf.gather(batch.nodes, index),
    gram: tf.gather(batch.gram, index),
    layout: tf.gather(batch.layout, index),
  };
}

/** Memory of a batch's tensors, in bytes. */
export function groupBytes({ nodes, gram, layout }: ImageBatch): number {
  return 4 * (nodes.size + gram.size + layout.size);
}

/** The part of a selection that lies in one group. */
export interface GroupSelection {
  readonly group: ImageGroup;
  /** Rows of the group's batch. */
  readonly rows: readonly number[];
  /** Where each row stands in the selection. */
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
