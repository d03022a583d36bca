import { base64url } from 'jose';
import type { KEY_KINDS } from './key-record.ts';

export type KeyKind = (typeof KEY_KINDS)[number];

const PREFIXES = { publishable: 'pk', secret: 'sk' } as const satisfies Record<KeyKind, string>;

/** A key: its kind, and 256 random bits as base64url. */
const KEY = /^(?:pk|sk)_[\w-]{43}$/;

/** Digits of a hash that name its key. */
const ID_DIGITS = 16;

/** PKCS #8 of an Ed25519 key before its seed (RFC 8410). */
const PKCS8 = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

/** A new key as text, which is never stored, and what is stored of it. */
export async function makeKey(
  kind: KeyKind,
): Promise<{ readonly key: string; readonly id: string; readonly hash: string; readonly verify?: string }> {
  const key = `${PREFIXES[kind]}_${base64url.encode(crypto.getRandomValues(new Uint8Array(32)))}`;
  const identity = await identifyKey(key);
  return kind === 'secret'
    ? { key, ...identity, verify: (await signingKey(key)).verify }
    : { key, ...identity };
}

/** Whether a text has the form of a key. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** The hash of a key, and the id by which its record is found. */
export async function identifyKey(key: string): Promise<{ readonly id: string; readonly hash: string }> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { id: hash.slice(0, ID_DIGITS), hash };
}

/** What a secret key signs tokens with: its random bits are the seed of an Ed25519 key (RFC 8032). */
export async function signingKey(
  key: string,
): Promise<{ readonly sign: CryptoKey; readonly verify: string }> {
  const seed = base64url.decode(key.slice(key.indexOf('_') + 1));
  const sign = await crypto.subtle.importKey('pkcs8', Uint8Array.from([...PKCS8, ...seed]), 'Ed25519', true, [
    'sign',
  ]);
  const { x = '' } = await crypto.subtle.exportKey('jwk', sign);
  return { sign, verify: x };
}
