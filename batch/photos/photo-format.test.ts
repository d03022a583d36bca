import { describe, expect, it } from 'vitest';
import { hasImageName, isAvif, sniffContainer } from './photo-format.ts';

const sniff = (text: string) => sniffContainer(Buffer.from(text, 'latin1'));

describe('the format of a file', () => {
  it.each([
    ['\xff\xd8\xff\xe1', 'jpeg'],
    ['\x89PNG\r\n\x1a\n', 'png'],
    ['RIFF\x10\0\0\0WEBPVP8 ', 'webp'],
    ['GIF87a', 'gif'],
    ['II*\0', 'tiff'],
    ['MM\0*', 'tiff'],
    ['II+\0', 'tiff'],
    ['\0\0\0\x1cftypheic', 'heif'],
    ['\0\0\0\x1cftypmif1', 'heif'],
    ['<svg xmlns="x">', 'svg'],
    ['\xef\xbb\xbf\n<?xml version="1.0"?>\n<!-- <html> -->\n<svg>', 'svg'],
    ['<!DOCTYPE svg [<!ENTITY a "<html>">]><svg>', 'svg'],
    ['RIFF\x10\0\0\0WAVEfmt ', undefined],
    ['\0\0\0\x1cftypmp42', undefined],
    ['<html><svg>', undefined],
    ['<!-- <svg> -->', undefined],
    ['<!-- <svg>', undefined],
    ['<svgx>', undefined],
    ['<!DOCTYPE html><svg>', undefined],
    ['BM', undefined],
    ['', undefined],
  ])('that begins with %j is %s', (text, container) => {
    expect(sniff(text)).toBe(container);
  });

  it('is found at once, whatever the beginning', () => {
    for (const piece of ['<!--a-->', '<?a?>', '<!DOCTYPE svg', ' ', '<!--', '<svg']) {
      expect([undefined, 'svg']).toContain(sniff(piece.repeat(4096)));
    }
  });

  it('is AVIF if the list of brands says so', () => {
    const avif = (text: string) => isAvif(Buffer.from(text, 'latin1'));
    expect(avif('\0\0\0\x1cftypmif1\0\0\0\0mif1avif')).toBe(true);
    expect(avif('\0\0\0\x14ftypavis\0\0\0\0avis')).toBe(true);
    expect(avif('\0\0\0\x14ftypheic\0\0\0\0mif1avif')).toBe(false);
    expect(avif('')).toBe(false);
  });

  it.each([
    ['a.JPG', true],
    ['a.tif', true],
    ['.heic', true],
    ['a.jpg.txt', false],
    ['jpg', false],
  ])('is promised by the name %s: %s', (name, promised) => {
    expect(hasImageName(name)).toBe(promised);
  });
});
