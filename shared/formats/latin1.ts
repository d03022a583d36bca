/** Characters that `String.fromCharCode` takes at once without running out of stack. */
const STEP = 1 << 13;

/**
 * Bytes as the characters of the same numbers. TextDecoder's "latin1" is Windows' code page, which is another one from
 * 0x80 to 0x9f.
 */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += STEP) {
    text += String.fromCharCode(...bytes.subarray(start, start + STEP));
  }
  return text;
}

/** Characters up to 0xff as bytes; undefined where there is another one. */
export function encodeLatin1(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) return undefined;
    bytes[index] = code;
  }
  return bytes;
}
