import { type GpuMemory, USAGE } from './gpu-memory.ts';
import type { Precision } from './layouts.ts';
import type { Programs } from './programs.ts';

/** Nodes `[n, D]` and the position of their record. */
export interface GivenNodes {
  readonly nodes: Float32Array;
  readonly n: number;
  /** In cells. */
  readonly at: number;
}

/**
 * Writes records of nodes into a buffer of cells, and waits until they are written.
 * @throws AppError `memory_exhausted`
 */
export async function prepareRecords(
  memory: GpuMemory,
  programs: Programs,
  records: readonly GivenNodes[],
  { cells, precision }: { readonly cells: GPUBuffer; readonly precision: Precision },
): Promise<void> {
  const pipeline = await programs.prepare(precision);
  const given = new Float32Array(records.reduce((sum, { nodes }) => sum + nodes.length, 0));
  const table = new Uint32Array(4 * records.length);
  let first = 0;
  for (const [index, { nodes, n, at }] of records.entries()) {
    given.set(nodes, first);
    table.set([first, at, n], 4 * index);
    first += nodes.length;
  }
  const buffers: GPUBuffer[] = [];
  try {
    for (const data of [table, given]) buffers.push(await memory.upload(data, USAGE.storage));
    const { device } = memory;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [...buffers, cells].map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    pass.dispatchWorkgroups(records.length);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  } finally {
    for (const buffer of buffers) memory.free(buffer);
  }
}
