/** The formats that are read. */
export type PhotoFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'heic' | 'svg';

/** How much of a file `sniffContainer` looks at, in bytes. Chosen: an SVG may begin with a long comment. */
export const SNIFFED_BYTES = 4096;

/** File names that promise an image. Such a file with other content is a problem; any other file is none of ours. */
const IMAGE_NAME = /\.(?:jpe?g|jpe|jfif|png|webp|gif|tiff?|avif|hei[cf]|svgz?)$/i;

/** Brands of the ISO media files that hold still images, and not films. */
const HEIF_BRAND = /^(?:avif|avis|heic|heix|heim|heis|hevc|hevx|mif1|mif2|msf1)$/;

export function hasImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

/**
 * What a file's first bytes say it is, whatever its name. `heif` is the container of both AVIF and HEIC; its decoder
 * tells them apart. Undefined for everything that is not read.
 */
export function sniffContainer(head: Uint8Array): Exclude<PhotoFormat, 'avif' | 'heic'> | 'heif' | undefined {
  const latin = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, SNIFFED_BYTES)).toString(
    'latin1',
  );
  if (latin.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (latin.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (latin.startsWith('RIFF') && latin.startsWith('WEBP', 8)) return 'webp';
  if (/^GIF8[79]a/.test(latin)) return 'gif';
  // Classic TIFF and BigTIFF, in both byte orders.
  if (/^(?:II[*+]\0|MM\0[*+])/.test(latin)) return 'tiff';
  if (latin.startsWith('ftyp', 4) && HEIF_BRAND.test(latin.slice(8, 12))) return 'heif';
  return isSvg(latin) ? 'svg' : undefined;
}

/** Whether the first element is `<svg>`, after a byte order mark, declarations and comments; or the document type says so. */
function isSvg(text: string): boolean {
  let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  while (at < text.length) {
    const rest = text.slice(at).trimStart();
    at = text.length - rest.length;
    if (/^<(?:svg[\s/>]|!DOCTYPE\s+svg[\s[>])/.test(rest)) return true;
    const end = rest.startsWith('<?') ? '?>' : rest.startsWith('<!--') ? '-->' : undefined;
    const closed = end === undefined ? -1 : rest.indexOf(end);
    if (end === undefined || closed < 0) return false;
    at += closed + end.length;
  }
  return false;
}

/** Whether a `heif` file says in its list of brands that it is an AVIF. */
export function isAvif(head: Uint8Array): boolean {
  const file = Buffer.from(head.buffer, head.byteOffset, head.length);
  const brands = file.subarray(8, Math.min(file.length, file.length < 4 ? 0 : file.readUInt32BE(0)));
  return /^(?:.{4})*?avi[fs]/s.test(brands.toString('latin1'));
}
