import { decodeLatin1 } from './latin1.ts';

/** What new engines have of themselves; for 64 KiB it takes 0.01 ms instead of the 1.8 ms by a string (Node 24 with --js-base-64). */
interface WithBase64 {
  readonly toBase64?: () => string;
}

/** Bytes as base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return (bytes as WithBase64).toBase64?.() ?? btoa(decodeLatin1(bytes));
}
