/** Characters that a line of text, an address or a listing cannot hold as they are, and what looks like their escape. */
const ESCAPED = /[\p{Cc}\\\u2028\u2029]|%(?=[0-9A-F]{2})/gu;

/**
 * The name of the file at a path below a folder (`/` between its parts): the path itself, with control characters and
 * backslashes as percent escapes, so that every name fits on a line and into an address. Different paths have different
 * names.
 */
export function photoName(path: string): string {
  return path.replace(ESCAPED, encodeURIComponent);
}

/** The path for a name: the inverse of `photoName`. Undefined if no path has this name. */
export function pathOfPhotoName(name: string): string | undefined {
  let path: string;
  try {
    path = name.replace(/(?:%[0-9A-F]{2})+/g, decodeURIComponent);
  } catch {
    // The escapes are not UTF-8.
    return undefined;
  }
  return photoName(path) === name ? path : undefined;
}
