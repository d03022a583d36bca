import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { sizesFile } from './image-sizes.ts';

describe('sizesFile', () => {
  it('is a structured array that the reader of data folders accepts', async () => {
    const reader = await openNpy(bytesSource('sizes', sizesFile(Int32Array.of(320, 240, 7, 9))));
    expect([reader.dtype, reader.shape]).toEqual(['structured', [2]]);
    expect([...(await reader.readField('image_w', 0, 2))]).toEqual([320, 7]);
    expect([...(await reader.readField('image_h', 0, 2))]).toEqual([240, 9]);
  });
});
