import { foldNormalisation } from './fold-normalisation.ts';
import type { Block, ImageNetwork } from './image-network.ts';
import type { StateTensors } from './state-tensors.ts';

/** A stage: equal blocks, but that the first one has the stride and takes the channels of the stage before. */
interface Stage {
  readonly blocks: number;
  readonly size: number;
  readonly stride: number;
  readonly expansion: number;
  readonly channels: number;
}

/** What EfficientNet-Lite2 is made of (https://github.com/tensorflow/tpu, models/official/efficientnet/lite). */
const STEM = { channels: 32, size: 3, stride: 2 } as const;
const STAGES: readonly Stage[] = [
  { blocks: 1, size: 3, stride: 1, expansion: 1, channels: 16 },
  { blocks: 3, size: 3, stride: 2, expansion: 6, channels: 24 },
  { blocks: 3, size: 5, stride: 2, expansion: 6, channels: 48 },
  { blocks: 4, size: 3, stride: 2, expansion: 6, channels: 88 },
  { blocks: 4, size: 5, stride: 1, expansion: 6, channels: 120 },
  { blocks: 5, size: 5, stride: 2, expansion: 6, channels: 208 },
  { blocks: 1, size: 3, stride: 1, expansion: 6, channels: 352 },
];
const HEAD_CHANNELS = 1280;
const CLASSES = 1000;
/** The first stages say little more than colours and edges. */
const FIRST_DESCRIBED_STAGE = 2;

/**
 * EfficientNet-Lite2 of the parameters that PyTorch's `EfficientNet-Lite-PyTorch` saves.
 *
 * @throws AppError `format_invalid`, `shape_mismatch` if they are of another network.
 */
export function efficientnetLite2(state: StateTensors): ImageNetwork {
  const stem = foldNormalisation(state, {
    convolution: '_conv_stem',
    normalisation: '_bn0',
    inputs: 3,
    outputs: STEM.channels,
    ...STEM,
  });
  const blocks: Block[] = [];
  const ends: number[] = [];
  let channels: number = STEM.channels;
  for (const stage of STAGES) {
    for (let index = 0; index < stage.blocks; index++) {
      const stride = index === 0 ? stage.stride : 1;
      blocks.push(readBlock(state, `_blocks.${blocks.length}`, { ...stage, stride }, channels));
      channels = stage.channels;
    }
    ends.push(blocks.length - 1);
  }
  const head = foldNormalisation(state, {
    convolution: '_conv_head',
    normalisation: '_bn1',
    inputs: channels,
    outputs: HEAD_CHANNELS,
    size: 1,
    stride: 1,
  });
  return {
    stem,
    blocks,
    stageEnds: ends.slice(FIRST_DESCRIBED_STAGE),
    head,
    classes: {
      weights: Float32Array.from(state.read('_fc.weight', [CLASSES, HEAD_CHANNELS]).data),
      bias: Float32Array.from(state.read('_fc.bias', [CLASSES]).data),
    },
  };
}

function readBlock(state: StateTensors, name: string, stage: Stage, inputs: number): Block {
  const { size, stride, expansion, channels } = stage;
  const inner = inputs * expansion;
  return {
    expand:
      expansion === 1
        ? undefined
        : foldNormalisation(state, {
            convolution: `${name}._expand_conv`,
            normalisation: `${name}._bn0`,
            inputs,
            outputs: inner,
            size: 1,
            stride: 1,
          }),
    depthwise: foldNormalisation(state, {
      convolution: `${name}._depthwise_conv`,
      normalisation: `${name}._bn1`,
      inputs: inner,
      outputs: inner,
      size,
      stride,
      depthwise: true,
    }),
    project: foldNormalisation(state, {
      convolution: `${name}._project_conv`,
      normalisation: `${name}._bn2`,
      inputs: inner,
      outputs: channels,
      size: 1,
      stride: 1,
    }),
  };
}
