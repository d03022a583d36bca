import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Split } from './split.ts';
import { splitFile } from './split-files.ts';

/** Everything that is made smaller as WebP, also what browsers do not show. */
const IMAGE_FILE = /\.(?:jpe?g|png|webp|avif|gif|svg|tiff?|hei[cf])$/i;
/** Number of images that a note lists. */
const LISTED = 10;

/** The folder of a data folder's image files. */
export function imageFolder(folder: string): string {
  return join(folder, 'images');
}

/**
 * The path below the folder of image files that a name of the data means, with `/` between its parts. Undefined for a name
 * that is never shown: without the ending of an image file, hidden, absolute, outside of the folder, or with a backslash or
 * a control character.
 */
export function imageFilePath(name: string): string | undefined {
  if (name.split('/').some((part) => /^$|^\.|[\\\p{Cc}]/u.test(part))) return undefined;
  return IMAGE_FILE.test(name) ? name : undefined;
}

/** Whether a name of the data is an address instead of a file. */
export function isAddress(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/** What keeps an image from being shown. */
const REASONS = {
  name: 'a name that is never served (it must end in .jpg, .png, .webp, .avif, .gif, .svg, .tiff or .heic, and no part of it may be empty, begin with a dot or hold a backslash)',
  missing: 'no file',
  unreadable: 'a file that cannot be read',
  empty: 'an empty file',
  address: 'an address that is not valid',
} as const;

/**
 * Checks that every image of a split can be shown.
 *
 * @param elsewhere whether the image files are not in the data folder but behind an address, where they are not looked up.
 * @returns for the user: how many cannot, why, and the first of them; empty if all can.
 */
export function imageFileNotes(
  { folder, split, images, imageNames }: Pick<Split, 'folder' | 'split' | 'images' | 'imageNames'>,
  elsewhere: boolean,
): string[] {
  const path = splitFile(folder, split, 'imageNames');
  const files = imageFolder(folder);
  const hasFiles = statSync(files, { throwIfNoEntry: false })?.isDirectory() === true;
  if (imageNames === undefined) {
    return hasFiles || elsewhere
      ? [`no image is shown: there is no ${path}, a line with the name of each image`]
      : [];
  }
  const problems = imageNames.flatMap((name, image) => {
    const reason = reasonOf(name, elsewhere ? undefined : files);
    return reason === undefined ? [] : [{ line: image + 1, name, reason }];
  });
  if (problems.length === 0) return [];
  const counts = (Object.keys(REASONS) as (keyof typeof REASONS)[]).flatMap((reason) => {
    const count = problems.filter((problem) => problem.reason === reason).length;
    return count === 0 ? [] : [`${count.toLocaleString('en')} with ${REASONS[reason]}`];
  });
  const listed = problems
    .slice(0, LISTED)
    .map(({ line, name, reason }) => `  ${path}:${line}: ${JSON.stringify(name)}: ${reason}`);
  const more =
    problems.length > LISTED ? [`  and ${(problems.length - LISTED).toLocaleString('en')} more`] : [];
  const total = `${problems.length.toLocaleString('en')} of ${images.toLocaleString('en')} images cannot be shown`;
  const where = elsewhere
    ? ''
    : hasFiles
      ? ` (in ${files})`
      : ` (there is no folder ${files}; or pass --images-url)`;
  return [[`${total}${where}: ${counts.join(', ')}`, ...listed, ...more].join('\n')];
}

function reasonOf(name: string, files: string | undefined): keyof typeof REASONS | undefined {
  if (isAddress(name)) return URL.canParse(name) ? undefined : 'address';
  // Another server has its own rules.
  if (files === undefined) return undefined;
  const path = imageFilePath(name);
  if (path === undefined) return 'name';
  const file = join(files, path);
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) return 'missing';
    if (found.size === 0) return 'empty';
    accessSync(file, constants.R_OK);
    return undefined;
  } catch {
    return 'unreadable';
  }
}
