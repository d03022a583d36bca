import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import type { FilterTree, ImagePayload, IndexFields } from '../../../shared/schema/index.ts';
import type { Access } from './access.ts';
import type { Caller } from './authenticate.ts';
import type { SignedImages } from './signed-images.ts';

/** What a caller with a key may do. */
export function keyAccess(
  { key, claims }: Caller,
  images: SignedImages | undefined,
  spend: Access['spend'],
): Access {
  const own = key.filter === undefined ? undefined : parseFilter(key.filter);
  const within = both(own, claims?.filter);
  const fields = common(key.fields, claims?.fields);
  const names = fields && new Set(fields);
  return {
    key: key.id,
    within,
    scope: JSON.stringify([
      within ?? 'all',
      fields?.toSorted() ?? 'public',
      images?.period(Date.now()) ?? 'unsigned',
    ]),
    visible: names ?? 'public',
    show: async (image, declared) => {
      const { url } = image;
      return {
        ...image,
        ...(url === undefined || images === undefined ? {} : { url: await images.sign(url, Date.now()) }),
        ...shownMetadata(image, declared, { names, within }),
      };
    },
    // The address is the same for every key.
    cacheControl: (seconds) => `private, max-age=${seconds}`,
    spend,
  };
}

function both(one: FilterTree | undefined, other: FilterTree | undefined): FilterTree | undefined {
  return one === undefined || other === undefined ? (one ?? other) : { and: [one, other] };
}

function common(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  return one === undefined || other === undefined
    ? (one ?? other)
    : one.filter((name) => other.includes(name));
}

/** By it images that look alike are one hit. It names the first of them, which may be somebody else's. */
const GROUP = 'alike';

function shownMetadata(
  { metadata }: ImagePayload,
  declared: IndexFields | undefined,
  {
    names,
    within,
  }: { readonly names: ReadonlySet<string> | undefined; readonly within: FilterTree | undefined },
): Pick<ImagePayload, 'metadata'> {
  if (metadata === undefined) return {};
  const members = names && new Set([...names].map((name) => declared?.fields[name]?.from ?? name));
  const shown = Object.entries(metadata).filter(([member]) =>
    members === undefined ? within === undefined || member !== GROUP : members.has(member),
  );
  return { metadata: Object.fromEntries(shown) };
}
