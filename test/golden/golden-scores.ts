import type { Matcher, PairEvidence, PairScores, Parameters } from '../../shared/model/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { readGoldenModel } from './golden-model.ts';

/** The models of the golden vectors, with their propagation. */
export const GOLDEN_MODELS = (['released', 'neighbours'] as const).flatMap((propagation) =>
  ['dense', 'sparse', 'unigru-lambda10', 'wide'].map((name) => [propagation, name] as const),
);

/** The results of a matcher from a golden model's own nodes. */
interface GoldenScores {
  readonly scores: PairScores;
  /** Of image 3 and caption 7. */
  readonly evidence: PairEvidence;
  /** The results of the released code, by name. */
  readonly output: (key: string) => Float32Array;
}

/** Scores the released code's nodes: `[12, R, D]`, and captions padded to the longest of the file. */
export async function goldenScores(
  root: string,
  propagation: 'released' | 'neighbours',
  name: string,
  makeMatcher: (config: ModelConfig, parameters: Parameters) => Promise<Matcher>,
): Promise<GoldenScores> {
  const { config, parameters, regions, boxes, captions, dependencies, outputs } = readGoldenModel(
    root,
    propagation,
    name,
  );
  const output = (key: string): Float32Array => {
    const found = outputs.get(key);
    if (found === undefined) throw new Error(`outputs.npz has no ${key}`);
    return found.data;
  };
  const [nodes, words] = [output('image_nodes'), output('word_nodes')];
  const [imageSize, wordSize] = [regions * config.jointSize, words.length / captions.length];
  const matcher = await makeMatcher(config, parameters);
  const prepared = await matcher.prepareImages(
    boxes.map((box, index) => ({
      nodes: nodes.slice(index * imageSize, (index + 1) * imageSize),
      boxes: box,
    })),
  );
  const graphs = captions.map(({ length }, index) => ({
    words: words.slice(index * wordSize, index * wordSize + length * config.jointSize),
    dependencies: dependencies[index],
  }));
  const scores = await matcher.score(prepared, graphs);
  const caption = graphs[7] ?? { words: new Float32Array() };
  const [evidence] = await matcher.evidenceOf(prepared, [3], caption);
  if (evidence === undefined) throw new Error('no evidence of image 3');
  prepared.dispose();
  await matcher.dispose();
  return { scores, evidence, output };
}
