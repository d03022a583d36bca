import { describe, expect, it } from 'vitest';
import { openPretrainedVectors, storePretrained } from './pretrained.ts';
import type { RecallImage } from './recall-encoder.ts';

const IDENTITY = 'ab'.repeat(32);
const NOTHING = new Float32Array(0);
const STORED = storePretrained({
  dimensions: 3,
  name: 'tiny',
  identity: IDENTITY,
  text: { network: 'onnx/text_model.onnx', files: {} },
});

const image = (encoded: RecallImage['encoded']): RecallImage => ({
  regions: 0,
  features: NOTHING,
  nodes: NOTHING,
  boxes: NOTHING,
  encoded,
});

describe('the image side of a pretrained encoder', () => {
  const encoder = openPretrainedVectors(STORED, 'here');

  it('gives the vectors that the encoder made before', async () => {
    const vector = Float32Array.of(0, 0.6, 0.8);
    expect(encoder).toMatchObject({ kind: 'pretrained', dimensions: 3, needs: ['encoded'] });
    expect(await encoder.encodeImages([image({ by: IDENTITY, vector })])).toEqual([vector]);
  });

  it.each([
    ['no vector', undefined],
    ['the vector of another encoder', { by: 'cd'.repeat(32), vector: Float32Array.of(0, 0.6, 0.8) }],
    ['a vector of another length', { by: IDENTITY, vector: Float32Array.of(1) }],
  ])('is refused for %s', async (_, encoded) => {
    await expect(encoder.encodeImages([image(encoded)])).rejects.toMatchObject({
      code: 'fingerprint_mismatch',
    });
  });
});
