import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { randomBoxes, randomNumbers, seededRandom } from '../../test/support/random.ts';
import { randomProjection } from '../../test/support/random-projection.ts';
import { openRecallEncoder } from './open-recall-encoder.ts';
import { assertRecallInputs, type RecallImage, type RecallText } from './recall-encoder.ts';

const [F, D, WORDS] = [6, 5, 14];

function randomImages(random: () => number): RecallImage[] {
  return Array.from({ length: 20 }, (_, index) => {
    const regions = 1 + (index % 4);
    return {
      regions,
      features: randomNumbers(random, regions * F),
      nodes: randomNumbers(random, regions * D),
      boxes: randomBoxes(random, regions),
    };
  });
}

function randomTexts(random: () => number): RecallText[] {
  return Array.from({ length: 20 }, (_, index) => {
    const inner = Array.from({ length: index % 7 }, () => 3 + Math.floor(random() * (WORDS - 3)));
    const ids = [1, ...inner, 2];
    return { ids, words: randomNumbers(random, ids.length * D) };
  });
}

function sha256(vectors: readonly Float32Array[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of vectors)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

describe('a stored projection', async () => {
  const encoder = await openRecallEncoder(randomProjection(seededRandom(20261130)));
  const random = seededRandom(20261201);
  const [images, texts] = [randomImages(random), randomTexts(random)];

  it('returns the same bytes as in earlier versions', async () => {
    // Indexes contain vectors that were computed with it, so queries must still give the same bytes.
    expect(sha256(await encoder.encodeImages(images))).toBe(
      'ebd7eca5b7a92a551367d60909290749356349d6b961114971102f38fdf6b82b',
    );
    expect(sha256(await encoder.encodeTexts(texts))).toBe(
      '8802ca76032d44a1d49549d1e0dda15eb075a5df5e38a153c48fb65be416507d',
    );
  });

  it('returns the same vectors one by one as together', async () => {
    const together = [...(await encoder.encodeImages(images)), ...(await encoder.encodeTexts(texts))];
    const single: Float32Array[] = [];
    for (const image of images) single.push(...(await encoder.encodeImages([image])));
    for (const text of texts) single.push(...(await encoder.encodeTexts([text])));
    expect(single).toEqual(together);
    expect(await encoder.encodeTexts([])).toEqual([]);
  });

  it('says what it reads, and is refused if that is not offered', () => {
    expect([...encoder.needs].sort()).toEqual(['boxes', 'features', 'ids', 'nodes', 'words']);
    const offered = ['text', 'ids', 'words', 'features', 'nodes'] as const;
    expect(() => assertRecallInputs(encoder, [...offered, 'boxes'], 'the data')).not.toThrow();
    expect(() => assertRecallInputs(encoder, offered, 'the data')).toThrow(
      expect.objectContaining({
        code: 'argument_invalid',
        message: 'the recall encoder "cca" reads boxes',
      }),
    );
  });
});
