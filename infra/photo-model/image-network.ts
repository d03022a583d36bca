/** A convolution as it runs: what normalised it is part of its weights. Padding is TensorFlow's SAME. */
export interface Convolution {
  /** `[outputs, inputs / groups, size, size]` */
  readonly shape: readonly [number, number, number, number];
  readonly weights: Float32Array;
  /** `[outputs]` */
  readonly bias: Float32Array;
  readonly stride: number;
  readonly groups: number;
}

/** An inverted bottleneck: channels are multiplied, filtered each by itself, and reduced again. */
export interface Block {
  /** Missing where channels are not multiplied. ReLU6 follows. */
  readonly expand: Convolution | undefined;
  /** A filter for each channel. ReLU6 follows. */
  readonly depthwise: Convolution;
  /** Nothing follows, but that the block's input is added where it has the same shape. */
  readonly project: Convolution;
}

/** A network that turns the pixels of an image into a map of features and into probabilities of classes. */
export interface ImageNetwork {
  readonly stem: Convolution;
  readonly blocks: readonly Block[];
  /** Blocks whose outputs are described by mean and deviation of each channel. */
  readonly stageEnds: readonly number[];
  /** Makes the last map; ReLU6 follows. */
  readonly head: Convolution;
  /** `[classes, channels of the last map]`, row-major, and `[classes]`. */
  readonly classes: { readonly weights: Float32Array; readonly bias: Float32Array };
}
