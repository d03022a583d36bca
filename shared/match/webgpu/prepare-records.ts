import { boxCentres } from '../../vision/index.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import type { Precision } from './layouts.ts';
import type { Programs } from './programs.ts';

/** Nodes `[n, D]` and where they go. */
export interface GivenNodes {
  readonly nodes: Float32Array;
  readonly n: number;
  /** Position of their record, in cells. */
  readonly at: number;
  /** Of an image: its boxes `[n, 4]`, and the first quad of its edges. */
  readonly image?: { readonly boxes: Float32Array; readonly edge: number };
}

/** The buffer that records are written into, and the edges of images. */
interface RecordTarget {
  readonly cells: GPUBuffer;
  readonly precision: Precision;
}

/** Maximum bytes of nodes that are sent and laid out at once. */
const BATCH_BYTES = 2 ** 25;

/** Batches in flight: one is laid out while the next is sent. */
const UNDER_WAY = 2;

/**
 * Sends nodes as they are and lets the device write their records, and the edges of images. What is submitted later sees
 * them; the last may not be written yet when this returns.
 * @param kernels of the image graph, for images
 * @param breathe is called between batches; if it throws, the work ends
 * @throws AppError `memory_exhausted`
 */
export async function prepareRecords(
  memory: GpuMemory,
  programs: Programs,
  records: readonly GivenNodes[],
  target: RecordTarget,
  kernels?: GPUBuffer,
  breathe: () => void = () => {},
): Promise<void> {
  const pipelines = await Promise.all([
    programs.prepare(target.precision),
    ...(kernels === undefined ? [] : [programs.edges()]),
  ]);
  const batches = batchesOf(records);
  const bytes = Math.max(
    0,
    ...batches.map((batch) => batch.reduce((sum, { nodes }) => sum + nodes.byteLength, 0)),
  );
  const slots: { readonly given: GPUBuffer; done: Promise<void> }[] = [];
  try {
    for (let slot = 0; slot < Math.min(UNDER_WAY, batches.length); slot++) {
      const given = await memory.allocate(bytes, USAGE.storage | USAGE.copyTarget);
      slots.push({ given, done: Promise.resolve() });
    }
    for (const [index, batch] of batches.entries()) {
      const slot = slots[index % UNDER_WAY];
      if (slot === undefined) continue;
      await slot.done;
      breathe();
      slot.done = (await send(memory, pipelines, batch, slot.given, target, kernels)).done;
      // It is awaited later; until then it must not count as unhandled.
      slot.done.catch(() => {});
    }
  } finally {
    for (const { given } of slots) memory.free(given);
  }
}

function batchesOf(records: readonly GivenNodes[]): GivenNodes[][] {
  const batches: GivenNodes[][] = [];
  let bytes = 0;
  for (const record of records) {
    const last = batches.at(-1);
    if (last === undefined || bytes + record.nodes.byteLength > BATCH_BYTES) {
      batches.push([record]);
      bytes = 0;
    } else last.push(record);
    bytes += record.nodes.byteLength;
  }
  return batches;
}

/** Sends a batch; `done` settles when the device has written it. */
async function send(
  memory: GpuMemory,
  [prepare, edges]: readonly GPUComputePipeline[],
  batch: readonly GivenNodes[],
  given: GPUBuffer,
  { cells }: RecordTarget,
  kernels: GPUBuffer | undefined,
): Promise<{ readonly done: Promise<void> }> {
  const { device } = memory;
  const table = new Uint32Array(4 * batch.length);
  const images = new Uint32Array(4 * batch.length);
  const centres = new Float32Array(2 * batch.reduce((sum, { n, image }) => sum + (image ? n : 0), 0));
  let [first, region] = [0, 0];
  for (const [index, { nodes, n, at, image }] of batch.entries()) {
    // The queue takes no shared memory.
    const own = nodes.buffer instanceof ArrayBuffer ? nodes : Float32Array.from(nodes);
    device.queue.writeBuffer(given, 4 * first, own as Float32Array<ArrayBuffer>);
    table.set([first, at, n], 4 * index);
    first += nodes.length;
    if (image === undefined) continue;
    images.set([region, image.edge, n], 4 * index);
    centres.set(boxCentres(image.boxes), 2 * region);
    region += n;
  }
  const buffers: GPUBuffer[] = [];
  const upload = async (data: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>) => {
    const buffer = await memory.upload(data, USAGE.storage);
    buffers.push(buffer);
    return buffer;
  };
  try {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const run = (pipeline: GPUComputePipeline | undefined, used: readonly GPUBuffer[]) => {
      if (pipeline === undefined) return;
      pass.setPipeline(pipeline);
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: used.map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
      );
      pass.dispatchWorkgroups(batch.length);
    };
    run(prepare, [await upload(table), given, cells]);
    if (kernels !== undefined) run(edges, [await upload(images), await upload(centres), kernels, cells]);
    pass.end();
    device.queue.submit([encoder.finish()]);
  } finally {
    // What was submitted keeps them until it is done.
    for (const buffer of buffers) memory.free(buffer);
  }
  return { done: device.queue.onSubmittedWorkDone() };
}
