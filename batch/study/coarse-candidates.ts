import { concatenateEncoders, type WeightedEncoder } from '../../shared/retrieval/concatenated.ts';
import {
  type CaptionedImage,
  COARSE_DEFAULTS,
  correlationProjection,
  type FeatureLayout,
  fitCentredPooling,
  type RecallText,
  ridgeProjection,
  type StoredRecallEncoder,
  sumUp,
} from '../../shared/retrieval/index.ts';

/** The data that the encoders are fitted on. */
export interface TrainingData {
  /** F and D. */
  readonly featureSize: number;
  readonly nodeSize: number;
  readonly samples: readonly CaptionedImage[];
  /** Words that the encoders count. */
  readonly bag: readonly number[];
  /** Every word of the vocabulary as a sentence of its own: all that centred pooling has without captions. */
  readonly singleWords: readonly RecallText[];
}

/** A recall encoder to compare. */
export interface Candidate {
  readonly name: string;
  fit(data: TrainingData): Promise<StoredRecallEncoder>;
}

type Parts = {
  readonly image: readonly ('regions' | 'nodes')[];
  readonly text: readonly ('bag' | 'words')[];
};

const ALL: Parts = { image: ['regions', 'nodes'], text: ['bag', 'words'] };
const PLAIN: Parts = { image: ['regions'], text: ['bag'] };
const ENCODED: Parts = { image: ['nodes'], text: ['words'] };

function layout({ image, text }: Parts, data: TrainingData): FeatureLayout {
  return {
    image: {
      regions: image.includes('regions') ? data.featureSize : 0,
      nodes: image.includes('nodes') ? data.nodeSize : 0,
    },
    text: { bag: text.includes('bag') ? data.bag : [], words: text.includes('words') ? data.nodeSize : 0 },
  };
}

function correlation(name: string, parts: Parts, options: Partial<typeof COARSE_DEFAULTS> = {}): Candidate {
  const settings = { ...COARSE_DEFAULTS, ...options };
  return {
    name: `CCA, ${name}, ${settings.dimensions} dimensions${settings.power === COARSE_DEFAULTS.power ? '' : `, power ${settings.power}`}`,
    fit: async (data) => {
      const features = layout(parts, data);
      return correlationProjection(await sumUp(data.samples, features), features, settings);
    },
  };
}

function ridge(name: string, parts: Parts, strength: number): Candidate {
  return {
    name: `ridge regression, ${name}`,
    fit: async (data) => {
      const features = layout(parts, data);
      return ridgeProjection(await sumUp(data.samples, features), features, strength);
    },
  };
}

/** The projection of plain features and that of nodes as one encoder, with the weights of their cosines. */
function concatenated(plain: number, encoded: number): Candidate {
  const parts = [
    { weight: plain, candidate: correlation('regions and word counts', PLAIN) },
    { weight: encoded, candidate: correlation('nodes and words', ENCODED) },
  ];
  return {
    name: `concatenated ${plain} : ${encoded}, regions and word counts, nodes and words`,
    fit: async (data) => {
      const fitted: WeightedEncoder[] = [];
      for (const { weight, candidate } of parts) fitted.push({ weight, stored: await candidate.fit(data) });
      return concatenateEncoders(fitted);
    },
  };
}

/** The encoders of docs/coarse-recall.md, the default one last. */
export const CANDIDATES: readonly Candidate[] = [
  {
    name: 'centred pooling of nodes, no captions',
    fit: async ({ nodeSize, samples, singleWords }) =>
      fitCentredPooling(
        nodeSize,
        samples.map(({ image }) => image),
        singleWords,
      ),
  },
  {
    name: 'centred pooling of nodes, means of captioned data',
    fit: async ({ nodeSize, samples }) =>
      fitCentredPooling(
        nodeSize,
        samples.map(({ image }) => image),
        samples.flatMap(({ captions }) => captions),
      ),
  },
  ridge('words to nodes', ENCODED, 0.3),
  ridge('word counts to regions', PLAIN, 0.3),
  correlation('nodes and words', ENCODED),
  correlation('regions and word counts', PLAIN),
  correlation('regions + nodes and word counts', { image: ALL.image, text: PLAIN.text }),
  correlation('regions and word counts + words', { image: PLAIN.image, text: ALL.text }),
  concatenated(1, 1),
  concatenated(3, 1),
  correlation('all', ALL, { dimensions: 64 }),
  correlation('all', ALL, { dimensions: 256 }),
  correlation('all', ALL, { dimensions: 384 }),
  correlation('all', ALL, { power: 0 }),
  correlation('all', ALL, { power: 1 }),
  correlation('all', ALL),
];
