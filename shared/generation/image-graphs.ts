import { AppError } from '../errors/index.ts';
import type { ImageGraph } from '../model/index.ts';
import type { GenerationManifest } from '../schema/index.ts';
import { BoxesReader } from './boxes.ts';
import type { GenerationFiles } from './generation-files.ts';
import { GENERATION_PATHS } from './manifest.ts';
import { NodeStoreReader } from './node-store-reader.ts';

/** Reads the images of a generation as image graphs, by ordinal. */
export interface ImageGraphReader {
  readonly count: number;
  /** Bytes of one image in the files: its stored nodes and its boxes. */
  readonly imageBytes: number;
  /** Graphs of images `[from, to)`: nodes `[R, D]`, boxes `[R, 4]`. */
  read(from: number, to: number): Promise<ImageGraph[]>;
  close(): Promise<void>;
}

/**
 * Opens the images of a generation and checks that nodes, boxes and manifest agree.
 *
 * @throws AppError `shape_mismatch`, `format_invalid`, `checksum_mismatch`, `file_missing`.
 */
export async function openImageGraphs(
  files: GenerationFiles,
  manifest: GenerationManifest,
): Promise<ImageGraphReader> {
  const nodeSource = await files.open(GENERATION_PATHS.imageNodes);
  try {
    const boxSource = await files.open(GENERATION_PATHS.boxes);
    try {
      const nodes = await NodeStoreReader.open(nodeSource);
      const boxes = await BoxesReader.open(boxSource);
      assertShapes(nodes, boxes, manifest);
      const read = async (from: number, to: number): Promise<ImageGraph[]> => {
        const [graphs, own] = await Promise.all([nodes.readGraphs(from, to), boxes.read(from, to)]);
        const size = 4 * boxes.regions;
        return graphs.map((graph, index) => ({
          nodes: graph,
          boxes: own.subarray(index * size, (index + 1) * size),
        }));
      };
      return {
        count: nodes.layout.graphs,
        imageBytes: manifest.images.regions * (nodes.layout.rowBytes + 16),
        read,
        close: async () => {
          await nodeSource.close();
          await boxSource.close();
        },
      };
    } catch (thrown) {
      await boxSource.close();
      throw thrown;
    }
  } catch (thrown) {
    await nodeSource.close();
    throw thrown;
  }
}

function assertShapes(nodes: NodeStoreReader, boxes: BoxesReader, manifest: GenerationManifest): void {
  const { images, model } = manifest;
  const { graphs, rows, rowSize, dtype } = nodes.layout;
  const refuse = (what: string): never => {
    throw new AppError('shape_mismatch', `generation ${manifest.id}: ${what}`, { hint: 'build it again' });
  };
  if (graphs !== images.count || boxes.images !== images.count) {
    refuse(`${graphs} graphs and ${boxes.images} images with boxes, the manifest says ${images.count}`);
  }
  if (rows !== graphs * images.regions || (boxes.regions !== images.regions && graphs > 0)) {
    refuse(
      `${rows} nodes and ${boxes.regions} boxes for an image, the manifest says ${images.regions} regions`,
    );
  }
  if (rowSize !== model.config.jointSize || dtype !== manifest.nodes.dtype) {
    refuse(
      `nodes are ${dtype} [${rowSize}], the manifest says ${manifest.nodes.dtype} [${model.config.jointSize}]`,
    );
  }
}
