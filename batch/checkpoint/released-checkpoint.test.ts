import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../test/support/random-model.ts';
import { readReleasedCheckpoint } from './released-checkpoint.ts';

const PARTS = ['image_encoder', 'text_encoder', 'image_graph', 'text_graph'];
const config = smallConfig({ softmaxTemperature: 20, normalizeCaptions: false });

/** The value tree of a checkpoint, with changed training options. */
function checkpoint(changes: Record<string, unknown> = {}, prefix = ''): Map<string, unknown> {
  const parameters = randomParameters(seededRandom(3), config);
  const model = PARTS.map(
    (part) =>
      new Map(
        [...parameters]
          .filter(([name]) => name.startsWith(`${part}.`))
          .map(([name, tensor]) => [prefix + name.slice(part.length + 1), tensor]),
      ),
  );
  const options = { lambda_softmax: 20, no_imgnorm: false, no_txtnorm: true, is_sparse: false, ...changes };
  return new Map<string, unknown>([
    ['epoch', 7],
    ['best_rsum', 481.4],
    ['Eiters', 777],
    ['model', model],
    ['opt', new Map(Object.entries(options))],
  ]);
}

describe('readReleasedCheckpoint', () => {
  it('takes sizes from the tensors and settings from the options', () => {
    const read = readReleasedCheckpoint('x', checkpoint());
    expect(read.config).toEqual(config);
    expect(read).toMatchObject({ epoch: 7, bestRsum: 481.4, iterations: 777 });
    expect(read.parameters).toEqual(randomParameters(seededRandom(3), config));
  });

  it('refuses weights that are not finite, and names the tensor', () => {
    const root = checkpoint();
    const [part] = root.get('model') as Map<string, { data: Float32Array }>[];
    part?.get('fc.bias')?.data.fill(Number.NaN, 3, 5);
    expect(() => readReleasedCheckpoint('x.pth.tar', root)).toThrow(
      expect.objectContaining({
        code: 'format_invalid',
        message: expect.stringMatching(
          /^x\.pth\.tar: tensor "model\[0\]\.fc\.bias" holds NaN at \[3\], and 2 of/,
        ),
      }),
    );
  });

  it('drops the prefix of DataParallel', () => {
    expect(readReleasedCheckpoint('x', checkpoint({}, 'module.')).config).toEqual(config);
  });

  it('uses the requested propagation, else that of the options, else self', () => {
    const propagation = (changes: Record<string, unknown>, asked?: 'self' | 'neighbours') =>
      readReleasedCheckpoint('x', checkpoint(changes), asked).config.propagation;
    expect(propagation({})).toBe('self');
    expect(propagation({ propagation: 'neighbours' })).toBe('neighbours');
    expect(propagation({ propagation: 'neighbours' }, 'self')).toBe('self');
    expect(propagation({}, 'neighbours')).toBe('neighbours');
  });

  const without = (key: string): Map<string, unknown> => {
    const root = checkpoint();
    root.delete(key);
    return root;
  };
  it.each<[string, unknown, string]>([
    ['a list', [1, 2], 'format_invalid'],
    ['no options', without('opt'), 'format_invalid'],
    ['no model', without('model'), 'format_invalid'],
    [
      'three parts',
      new Map([...checkpoint(), ['model', [new Map(), new Map(), new Map()]]]),
      'format_invalid',
    ],
    [
      'a part that is not a dictionary',
      new Map([...checkpoint(), ['model', [1, 2, 3, 4]]]),
      'format_invalid',
    ],
    ['no tensors', new Map([...checkpoint(), ['model', PARTS.map(() => new Map())]]), 'format_invalid'],
    ['λ that is not a number', checkpoint({ lambda_softmax: 'hot' }), 'format_invalid'],
    ['an unknown propagation', checkpoint({ propagation: 'both' }), 'format_invalid'],
  ])('refuses %s', (_, root, code) => {
    expect(() => readReleasedCheckpoint('x', root)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a parameter of another shape', () => {
    const root = checkpoint();
    const [image] = root.get('model') as Map<string, unknown>[];
    image?.set('fc.bias', { shape: [3], data: new Float32Array(3) });
    expect(() => readReleasedCheckpoint('x', root)).toThrow(
      expect.objectContaining({ code: 'shape_mismatch' }),
    );
  });
});
