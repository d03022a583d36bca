import { float32ToFloat16Bits } from '../../shared/formats/float16.ts';
import { ONNX_TYPES, type OnnxAttribute, type OnnxGraph } from '../../shared/formats/onnx/index.ts';
import type { Block, Convolution, ImageNetwork } from './image-network.ts';

/** Pixels become `(value - 127) / 128`, as the network was trained. */
const [PIXEL_MEAN, PIXEL_SCALE] = [127, 1 / 128];
const LARGEST_ACTIVATION = 6;

/**
 * A network as an ONNX graph, with most weights as halves: ONNX Runtime widens them once, when it loads the file.
 *
 * Input: `pixels` `[N, H, W, 3]`, bytes, sRGB. Outputs: `map` `[N, C, h, w]`, the last feature map; `pooled` `[N, C]`, its
 * mean; `stages` `[N, 2 S]`, the means of all channels of the stage ends, then their standard deviations; `classes`
 * `[N, K]`, probabilities.
 */
export function networkGraph(network: ImageNetwork, name: string): OnnxGraph {
  const graph = new GraphWriter();
  const pixels = graph.node('Cast', ['pixels'], { to: ONNX_TYPES.float32 });
  const centred = graph.node('Sub', [pixels, graph.scalar('pixel_mean', PIXEL_MEAN)]);
  const scaled = graph.node('Mul', [centred, graph.scalar('pixel_scale', PIXEL_SCALE)]);
  let current = graph.node('Transpose', [scaled], { perm: [0, 3, 1, 2] });
  current = graph.activate(graph.convolve(current, 'stem', network.stem));
  let channels = network.stem.shape[0];
  const ends: string[] = [];
  let described = 0;
  for (const [index, block] of network.blocks.entries()) {
    current = graph.block(current, `block${index}`, block, channels);
    channels = block.project.shape[0];
    if (!network.stageEnds.includes(index)) continue;
    ends.push(current);
    described += channels;
  }
  const map = graph.activate(graph.convolve(current, 'head', network.head), 'map');
  const pooled = graph.node('ReduceMean', [map], { axes: [2, 3], keepdims: 0 }, 'pooled');
  const classes = network.classes.bias.length;
  const width = network.head.shape[0];
  const weights = graph.half('classes_weights', [classes, width], network.classes.weights);
  const bias = graph.float('classes_bias', [classes], network.classes.bias);
  const logits = graph.node('Gemm', [pooled, weights, bias], { transB: 1 });
  graph.node('Softmax', [logits], { axis: 1 }, 'classes');
  const moments = ends.map((end) => graph.moments(end));
  const parts = [...moments.map(({ mean }) => mean), ...moments.map(({ deviation }) => deviation)];
  graph.node('Concat', parts, { axis: 1 }, 'stages');
  return {
    name,
    inputs: [{ name: 'pixels', type: 'uint8', shape: ['N', 'H', 'W', 3] }],
    outputs: [
      { name: 'map', type: 'float32', shape: ['N', width, 'h', 'w'] },
      { name: 'pooled', type: 'float32', shape: ['N', width] },
      { name: 'stages', type: 'float32', shape: ['N', 2 * described] },
      { name: 'classes', type: 'float32', shape: ['N', classes] },
    ],
    constants: graph.constants,
    nodes: graph.nodes,
  };
}

/** Adds operations one after the other. Every method returns the name of what its operation writes. */
class GraphWriter {
  readonly nodes: OnnxGraph['nodes'][number][] = [];
  readonly constants: OnnxGraph['constants'][number][] = [];
  readonly #limits = [this.scalar('zero', 0), this.scalar('six', LARGEST_ACTIVATION)];

  node(
    operation: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = `${operation.toLowerCase()}${this.nodes.length}`,
  ): string {
    this.nodes.push({ operation, inputs, outputs: [output], attributes });
    return output;
  }

  scalar(name: string, value: number): string {
    return this.float(name, [], Float32Array.of(value));
  }

  float(name: string, shape: readonly number[], values: Float32Array): string {
    this.constants.push({ name, type: 'float32', shape, bytes: littleEndian(values) });
    return name;
  }

  /** Numbers that are stored as halves and widened when the graph is loaded. */
  half(name: string, shape: readonly number[], values: Float32Array): string {
    const bytes = littleEndian(float32ToFloat16Bits(values));
    this.constants.push({ name, type: 'float16', shape, bytes });
    return this.node('Cast', [name], { to: ONNX_TYPES.float32 }, `${name}_wide`);
  }

  convolve(input: string, name: string, { shape, weights, bias, stride, groups }: Convolution): string {
    const [outputs, , rows, columns] = shape;
    // The few weights of filters for single channels stay exact: rounding them would reach all that follows.
    const depthwise = shape[1] === 1;
    const kernel = this[depthwise ? 'float' : 'half'](`${name}_weights`, shape, weights);
    return this.node('Conv', [input, kernel, this.float(`${name}_bias`, [outputs], bias)], {
      auto_pad: 'SAME_UPPER',
      group: groups,
      kernel_shape: [rows, columns],
      strides: [stride, stride],
    });
  }

  activate(input: string, output?: string): string {
    return this.node('Clip', [input, ...this.#limits], {}, output);
  }

  block(input: string, name: string, { expand, depthwise, project }: Block, channels: number): string {
    const expanded =
      expand === undefined ? input : this.activate(this.convolve(input, `${name}_expand`, expand));
    const filtered = this.activate(this.convolve(expanded, `${name}_depthwise`, depthwise));
    const projected = this.convolve(filtered, `${name}_project`, project);
    return depthwise.stride === 1 && project.shape[0] === channels
      ? this.node('Add', [projected, input])
      : projected;
  }

  /** Mean and standard deviation of each channel of a map. */
  moments(map: string): { mean: string; deviation: string } {
    const mean = this.node('ReduceMean', [map], { axes: [2, 3], keepdims: 0 });
    const level = this.node('ReduceMean', [map], { axes: [2, 3], keepdims: 1 });
    const difference = this.node('Sub', [map, level]);
    const squares = this.node('Mul', [difference, difference]);
    const variance = this.node('ReduceMean', [squares], { axes: [2, 3], keepdims: 0 });
    return { mean, deviation: this.node('Sqrt', [variance]) };
  }
}

/** The bytes of numbers, the lowest first on any machine. */
function littleEndian(numbers: Float32Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(numbers.byteLength);
  const view = new DataView(bytes.buffer);
  for (const [index, number] of numbers.entries()) {
    if (numbers instanceof Uint16Array) view.setUint16(2 * index, number, true);
    else view.setFloat32(4 * index, number, true);
  }
  return bytes;
}
