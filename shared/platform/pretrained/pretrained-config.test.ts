import { describe, expect, it } from 'vitest';
import { imageForm, textForm } from './pretrained-config.ts';
import { pixelValues } from './pretrained-images.ts';

const CLIP = { model_type: 'clip' };
const SIGLIP = { model_type: 'siglip' };
const NORMAL = { image_mean: [0.5, 0.25, 0], image_std: [0.5, 0.25, 2] };

describe('how a pretrained encoder takes images', () => {
  it('is a cut middle for CLIP, also in its older spelling', () => {
    const crop = { do_center_crop: true, ...NORMAL };
    const now = { ...crop, size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 } };
    const form = imageForm(CLIP, now, 'here');
    expect(form).toMatchObject({
      pixels: { size: 256, fit: 'outside', kernel: 'cubic' },
      side: 224,
      output: 'image_embeds',
    });
    expect(imageForm(CLIP, { ...crop, size: 256, crop_size: 224 }, 'here')).toEqual(form);
  });

  it('is a squashed square for SigLIP', () => {
    const given = { size: { height: 384, width: 384 }, resample: 2, ...NORMAL };
    expect(imageForm(SIGLIP, given, 'here')).toMatchObject({
      pixels: { size: 384, fit: 'fill', kernel: 'linear' },
      side: 384,
      output: 'pooler_output',
    });
  });

  it('scales colours to (c / 255 - mean) / deviation', () => {
    const form = imageForm(SIGLIP, { size: { height: 1, width: 1 }, ...NORMAL }, 'here');
    const values = pixelValues({ rgb: Uint8Array.of(255, 51, 102), width: 1, height: 1 }, form);
    const expected = [(1 - 0.5) / 0.5, (0.2 - 0.25) / 0.25, 0.4 / 2];
    for (const [channel, value] of expected.entries()) expect(values[channel]).toBeCloseTo(value, 6);
  });

  it('takes the middle, of an odd border the smaller part at the top and the left', () => {
    const rgb = Uint8Array.from({ length: 4 * 3 * 3 }, (_, at) => Math.floor(at / 3));
    const form = { side: 1, scale: [1, 1, 1], shift: [0, 0, 0] };
    expect([...pixelValues({ rgb, width: 4, height: 3 }, form)]).toEqual([5, 5, 5]);
    expect(() => pixelValues({ rgb, width: 4, height: 3 }, { ...form, side: 4 })).toThrow(
      expect.objectContaining({ code: 'shape_mismatch' }),
    );
  });

  it.each([
    ['another type of model', { model_type: 'bert' }, { size: 224, ...NORMAL }, 'format_unsupported'],
    [
      'the name of a method as type',
      { model_type: 'toString' },
      { size: 224, ...NORMAL },
      'format_unsupported',
    ],
    ['no file of that name', CLIP, undefined, 'format_invalid'],
    ['a rectangle', SIGLIP, { size: { height: 224, width: 200 }, ...NORMAL }, 'format_invalid'],
    [
      'no cut of images of any shape',
      CLIP,
      { size: { shortest_edge: 224 }, ...NORMAL },
      'format_unsupported',
    ],
    [
      'a cut larger than the image',
      CLIP,
      { size: 224, do_center_crop: true, crop_size: 256, ...NORMAL },
      'format_unsupported',
    ],
    ['no deviations', SIGLIP, { size: { height: 8, width: 8 }, image_mean: [0, 0, 0] }, 'format_invalid'],
    [
      'a deviation of 0',
      SIGLIP,
      { size: { height: 8, width: 8 }, ...NORMAL, image_std: [1, 0, 1] },
      'format_invalid',
    ],
  ])('is refused for %s', (_, config, preprocessor, code) => {
    expect(() => imageForm(config, preprocessor, 'here')).toThrow(expect.objectContaining({ code }));
  });
});

describe('how a pretrained encoder takes texts', () => {
  it('is of the length that the type has, or the model names', () => {
    expect(textForm(CLIP, undefined, 'here')).toMatchObject({ tokens: 77, pads: false });
    expect(textForm(SIGLIP, { pad_token: { content: '</s>' } }, 'here')).toMatchObject({
      tokens: 64,
      pads: true,
      padToken: '</s>',
    });
    const long = { ...SIGLIP, text_config: { max_position_embeddings: 16 } };
    expect(textForm(long, { pad_token: '<pad>' }, 'here')).toMatchObject({ tokens: 16, padToken: '<pad>' });
  });
});
