import { writeNpy } from '../../../shared/formats/npy/index.ts';
import type { Vocabulary } from '../../../shared/text/index.ts';
import { featureIdentityFile } from '../../data/feature-identity.ts';
import { sizesFile } from '../../data/image-sizes.ts';
import { SPLIT_FILES } from '../../data/split-files.ts';
import { drawnRegions } from '../../features/drawn-regions/drawn-regions.ts';
import { featureIdentity } from '../../features/feature-source.ts';
import { captionIdLines, encodeCaptions } from '../../vocabulary/encode-captions.ts';
import type { RenderedUnit } from './rendered-unit.ts';

const { regions: REGIONS, featureSize: FEATURES } = drawnRegions;

/** Two rows of a split that differ in only one thing, and the kind of this difference. */
interface TwinRows {
  readonly kind: string;
  readonly first: number;
  readonly second: number;
}

/** The results of a split, assembled row by row in any order. */
export class SplitArrays {
  readonly #count: number;
  readonly #features: Int8Array;
  readonly #boxes: Float32Array;
  readonly #sizes: Int32Array;
  readonly #captions: (readonly string[])[] = [];
  readonly #twins: TwinRows[] = [];

  constructor(count: number) {
    this.#count = count;
    this.#features = new Int8Array(count * REGIONS * FEATURES);
    this.#boxes = new Float32Array(count * REGIONS * 4);
    this.#sizes = new Int32Array(count * 2);
  }

  add({ row, twins, images }: RenderedUnit): void {
    for (const [offset, { features, boxes, width, height, captions }] of images.entries()) {
      const at = row + offset;
      this.#features.set(features, at * REGIONS * FEATURES);
      this.#boxes.set(boxes, at * REGIONS * 4);
      this.#sizes.set([width, height], at * 2);
      this.#captions[at] = captions;
    }
    if (twins !== undefined) this.#twins.push({ kind: twins, first: row, second: row + 1 });
  }

  /** All captions, five for each row. */
  get captions(): readonly string[] {
    return this.#captions.flat();
  }

  /** The files of the split by the end of their names, `{split}_…`. */
  files(vocabulary: Vocabulary, names: readonly string[]): Map<string, Uint8Array | string> {
    const lines = (entries: readonly string[]): string => `${entries.join('\n')}\n`;
    const twins = this.#twins.toSorted((one, two) => one.first - two.first);
    return new Map<string, Uint8Array | string>([
      ['ims.npy', writeNpy({ shape: [this.#count, REGIONS, FEATURES], data: this.#features })],
      ['ims_bbx.npy', writeNpy({ shape: [this.#count, REGIONS, 4], data: this.#boxes })],
      ['ims_size.npy', sizesFile(this.#sizes)],
      [SPLIT_FILES.source, featureIdentityFile(featureIdentity(drawnRegions))],
      ['caps.txt', lines(this.captions)],
      ['precaps_stan.txt', captionIdLines(encodeCaptions(this.captions, vocabulary))],
      ['images.txt', lines(names)],
      ['twins.json', `${JSON.stringify(twins)}\n`],
    ]);
  }
}
