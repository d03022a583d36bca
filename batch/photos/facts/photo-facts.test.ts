import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawnPhoto } from '../../../test/support/drawn-photos.ts';
import { readPhotoFacts } from './photo-facts.ts';

const CAMERA = {
  IFD0: { Make: 'Canon', Model: 'Canon EOS R5', ImageDescription: 'by the camera' },
  IFD2: { DateTimeOriginal: '2021:05:06 07:08:09', OffsetTimeOriginal: '+02:00' },
};
const PLACE = {
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 0/1',
    GPSLongitudeRef: 'W',
    GPSLongitude: '0/1 30/1 0/1',
  },
};

function xmp(properties: string): string {
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">${properties}</rdf:Description></rdf:RDF></x:xmpmeta>`;
}
const alternatives = (name: string, ...texts: readonly string[]) =>
  `<${name}><rdf:Alt>${texts.map((text, at) => `<rdf:li xml:lang="${at === 0 ? 'x-default' : 'de'}">${text}</rdf:li>`).join('')}</rdf:Alt></${name}>`;

/** A JPEG with an IPTC block (IIM 4.2, record 2) in its Photoshop segment. */
async function withIptc(datasets: readonly (readonly [number, string])[]): Promise<Buffer> {
  const records = Buffer.concat(
    [[90, '\x1b%G', 1] as const, ...datasets.map(([id, text]) => [id, text, 2] as const)].map(
      ([id, text, record]) => {
        const value = Buffer.from(text, 'utf8');
        return Buffer.concat([Buffer.from([0x1c, record, id, value.length >> 8, value.length & 255]), value]);
      },
    ),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32BE(records.length);
  const block = Buffer.concat([
    Buffer.from('8BIM\x04\x04\0\0', 'latin1'),
    size,
    records,
    Buffer.alloc(records.length % 2),
  ]);
  const body = Buffer.concat([Buffer.from('Photoshop 3.0\0', 'latin1'), block]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length + 2);
  const jpeg = await drawnPhoto().jpeg().toBuffer();
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xed]), length, body, jpeg.subarray(2)]);
}

describe('readPhotoFacts', () => {
  it.each(['jpeg', 'webp', 'png', 'avif'] as const)(
    'reads EXIF of %s, the place only if it is asked for',
    async (format) => {
      const bytes = await drawnPhoto()
        .withExif({ ...CAMERA, ...PLACE })
        .toFormat(format)
        .toBuffer();
      const facts = {
        description: 'by the camera',
        taken: '2021-05-06T07:08:09+02:00',
        camera: 'Canon EOS R5',
      };
      expect(await readPhotoFacts(bytes, { gps: false })).toEqual(facts);
      expect(await readPhotoFacts(bytes, { gps: true })).toEqual({
        ...facts,
        latitude: 51.5,
        longitude: -0.5,
      });
    },
  );

  it('prefers what XMP says', async () => {
    const bytes = await drawnPhoto()
      .withExif(CAMERA)
      .withXmp(
        xmp(
          `${alternatives('dc:title', 'Größe\n &amp; more', 'Titel')}${alternatives('dc:description', 'two dogs')}<dc:subject><rdf:Bag><rdf:li>dog</rdf:li><rdf:li>grass, green</rdf:li><rdf:li>dog</rdf:li></rdf:Bag></dc:subject>${alternatives('Iptc4xmpCore:AltTextAccessibility', 'two dogs on grass')}`,
        ),
      )
      .jpeg()
      .toBuffer();
    expect(await readPhotoFacts(bytes, { gps: false })).toEqual({
      title: 'Größe & more',
      description: 'two dogs',
      alt: 'two dogs on grass',
      keywords: ['dog', 'grass, green'],
      taken: '2021-05-06T07:08:09+02:00',
      camera: 'Canon EOS R5',
    });
  });

  it('reads IPTC', async () => {
    const bytes = await withIptc([
      [5, 'A title'],
      [120, 'Größe: a cat sleeps'],
      [25, 'cat'],
      [25, 'sleep'],
    ]);
    expect(await readPhotoFacts(bytes, { gps: false })).toEqual({
      title: 'A title',
      description: 'Größe: a cat sleeps',
      keywords: ['cat', 'sleep'],
    });
  });

  it.each([
    ['SONY', 'DSC-RX100', 'SONY DSC-RX100'],
    ['NIKON CORPORATION', 'NIKON D850', 'NIKON D850'],
    ['Apple', 'iPhone 15', 'Apple iPhone 15'],
  ])('names the camera %s %s as %s', async (Make, Model, camera) => {
    const bytes = await drawnPhoto().withExif({ IFD0: { Make, Model } }).jpeg().toBuffer();
    expect(await readPhotoFacts(bytes, { gps: false })).toEqual({ camera });
  });

  it.each([['0000:00:00 00:00:00'], ['2021:13:40 10:00:00'], ['2021:02:30 10:00:00'], ['yesterday']])(
    'does not take %s for a date',
    async (DateTimeOriginal) => {
      const bytes = await drawnPhoto().withExif({ IFD2: { DateTimeOriginal } }).jpeg().toBuffer();
      expect(await readPhotoFacts(bytes, { gps: false })).toEqual({});
    },
  );

  it.each(['OLYMPUS DIGITAL CAMERA', 'SONY DSC', 'Created with GIMP'])(
    'does not take %s for a description',
    async (text) => {
      const bytes = await drawnPhoto()
        .withExif({ IFD0: { ImageDescription: text } })
        .jpeg()
        .toBuffer();
      expect(await readPhotoFacts(bytes, { gps: false })).toEqual({});
    },
  );

  it('finds nothing in files without metadata, or with damaged metadata', async () => {
    expect(await readPhotoFacts(await drawnPhoto().png().toBuffer(), { gps: true })).toEqual({});
    expect(await readPhotoFacts(Buffer.from('<svg/>'), { gps: true })).toEqual({});
    const bytes = await drawnPhoto()
      .withExif(CAMERA)
      .withXmp(xmp(alternatives('dc:title', 'x')))
      .jpeg()
      .toBuffer();
    for (let at = 4; at < 400; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xff, at, at + 24);
      expect(await readPhotoFacts(damaged, { gps: true })).toBeTypeOf('object');
    }
    // It is still an image.
    expect((await sharp(bytes).metadata()).width).toBe(120);
  });
});
