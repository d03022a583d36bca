/** Characters that `String.fromCharCode` accepts at once without overflowing the stack. */
const STEP = 1 << 13;

/**
 * Bytes as the characters with the same numbers. TextDecoder's "latin1" is the Windows code page, which differs from
 * 0x80 to 0x9f.
 */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += STEP) {
    text += String.fromCharCode(...bytes.subarray(start, start + STEP));
  }
  return text;
}

/** Characters up to 0xff as bytes; undefined if there is any other character. */
export function encodeLatin1(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) return undefined;
    bytes[index] = code;
  }
  return bytes;
}
