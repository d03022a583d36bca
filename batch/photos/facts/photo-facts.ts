import ExifReader, { type ExpandedTags } from 'exifreader';
import { z } from 'zod';

const sentence = z.string().min(1);

/** What an image file says about itself. Texts are as their authors wrote them, in one line. */
export const photoFactsSchema = z.object({
  title: sentence.optional(),
  description: sentence.optional(),
  /** Alternative text for those who cannot see the image. */
  alt: sentence.optional(),
  keywords: z.array(sentence).optional(),
  /** When it was taken, ISO 8601: local time, with its offset if the camera knew it. */
  taken: sentence.optional(),
  camera: sentence.optional(),
  /** Where it was taken, in degrees, north and east positive. */
  latitude: z.number().optional(),
  longitude: z.number().optional(),
});
export type PhotoFacts = z.infer<typeof photoFactsSchema>;

/** Chosen: some programs write whole documents where a description belongs, and every payload is sent with its hit. */
const MOST_CHARACTERS = 2000;
const MOST_KEYWORDS = 100;

/** What cameras and programs put where a description belongs. */
const NO_DESCRIPTION =
  /^(?:(?:(?:konica )?minolta|olympus|samsung|sony|nikon|canon)?\s*(?:digital camera|dsc|camera pictures|e-300)|dcim.*|untitled|created with .*|processed with .*|screenshot)$/i;

/**
 * Title, description, keywords, date and camera from EXIF, IPTC and XMP; XMP counts most, because programs write it last.
 * A file whose metadata cannot be read has none: it is an image all the same.
 *
 * @param gps whether the place is read as well.
 */
export async function readPhotoFacts(
  bytes: Uint8Array,
  { gps }: { readonly gps: boolean },
): Promise<PhotoFacts> {
  let tags: ExpandedTags;
  try {
    tags = await ExifReader.load(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      expanded: true,
      async: true,
    });
  } catch {
    // No metadata, or damaged metadata in an image that is not.
    return {};
  }
  const { exif, iptc, xmp } = tags;
  const description = first(
    texts(xmp?.description),
    texts(iptc?.['Caption/Abstract']),
    texts(exif?.ImageDescription),
  );
  const facts: PhotoFacts = {
    title: first(
      texts(xmp?.title),
      texts(iptc?.['Object Name']),
      texts(xmp?.Headline),
      texts(iptc?.Headline),
    ),
    description: description !== undefined && NO_DESCRIPTION.test(description) ? undefined : description,
    alt: first(texts(xmp?.AltTextAccessibility)),
    keywords: keywords(texts(xmp?.subject), texts(iptc?.Keywords)),
    taken: dateTaken(tags),
    camera: camera(first(texts(exif?.Make)), first(texts(exif?.Model))),
    ...(gps ? place(tags.gps) : {}),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** The texts of a tag, which may be one, a list (keywords), or alternatives in several languages, the default one first. */
function texts(tag: unknown): string[] {
  if (Array.isArray(tag)) return tag.flatMap(texts);
  if (typeof tag !== 'object' || tag === null) return [];
  const { value, description } = tag as { readonly value?: unknown; readonly description?: unknown };
  if (
    Array.isArray(value) &&
    value.some((part) => typeof part === 'object' && part !== null && 'value' in part)
  ) {
    return value.flatMap(texts);
  }
  const text = typeof description === 'string' ? plain(description) : '';
  return text === '' ? [] : [text];
}

/** Text without control characters, in one line. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MOST_CHARACTERS);
}

function first(...sources: readonly string[][]): string | undefined {
  return sources.find(([text]) => text !== undefined)?.[0];
}

function keywords(...sources: readonly string[][]): string[] | undefined {
  const all = [...new Set(sources.flat())].slice(0, MOST_KEYWORDS);
  return all.length === 0 ? undefined : all;
}

/** "Canon EOS R5" and not "Canon Canon EOS R5". */
function camera(make: string | undefined, model: string | undefined): string | undefined {
  if (make === undefined || model === undefined) return model ?? make;
  const [brand = make] = make.split(' ');
  return model.toLowerCase().startsWith(brand.toLowerCase()) ? model : `${make} ${model}`;
}

function dateTaken({ exif, xmp }: ExpandedTags): string | undefined {
  const [exifDate] = texts(exif?.DateTimeOriginal);
  const [offset] = texts(exif?.OffsetTimeOriginal);
  return isoDate(exifDate, offset) ?? isoDate(first(texts(xmp?.DateCreated), texts(xmp?.CreateDate)));
}

const DATE = /^(\d{4})[-:](\d\d)[-:](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*(Z|[+-]\d\d:\d\d)?)?$/;

/** Dates as EXIF and XMP write them; undefined for what is no date, as cameras without a set clock write it. */
function isoDate(text: string | undefined, offset = ''): string | undefined {
  const [, year = '', month = '', day = '', hours, minutes, seconds = '00', zone] =
    DATE.exec(text ?? '') ?? [];
  const date = `${year}-${month}-${day}`;
  const parsed = Date.parse(`${date}T${hours ?? '00'}:${minutes ?? '00'}:${seconds}Z`);
  if (Number.isNaN(parsed) || !new Date(parsed).toISOString().startsWith(date)) return undefined;
  if (hours === undefined) return date;
  return `${date}T${hours}:${minutes}:${seconds}${zone ?? (/^[+-]\d\d:\d\d$/.test(offset) ? offset : '')}`;
}

function place(gps: ExpandedTags['gps']): Pick<PhotoFacts, 'latitude' | 'longitude'> {
  const { Latitude: latitude, Longitude: longitude } = gps ?? {};
  if (latitude === undefined || longitude === undefined) return {};
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return {};
  return { latitude, longitude };
}
