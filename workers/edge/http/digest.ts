/** The first bytes of the SHA-256 of some content, in hexadecimal digits. */
export async function digest(content: string | BufferSource, bytes: number): Promise<string> {
  const data = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data), 0, bytes);
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
