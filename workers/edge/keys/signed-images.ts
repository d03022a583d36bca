import { base64url } from 'jose';
import { AppError } from '../../../shared/errors/index.ts';

const PREFIX = '/images/';
const DAY_S = 86_400;

/** Where an image file of the service is, for how long, and what proves that it was shown. */
const SIGNED = /^~([0-9a-z]{1,9})\.([\w-]{43})\/(.+)$/;

/** An image file that somebody was shown. */
export interface OpenedImage {
  /** The rest of the path, as it is in an unsigned address. */
  readonly path: string;
  /** Seconds that the address is still valid. */
  readonly seconds: number;
}

/**
 * Addresses of image files that only those know who were shown the image, because a browser sends no key for an image:
 * `/images/~EXPIRES.SIGNATURE/NAME`. The signature is in the path, so a width is added as before.
 */
export class SignedImages {
  readonly #key: Promise<CryptoKey>;

  /** @param secret of the service, at least 32 characters */
  constructor(secret: string) {
    this.#key = crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(secret),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign', 'verify'],
    );
  }

  /** The time during which addresses are the same. */
  period(now: number): number {
    return Math.floor(now / 1000 / DAY_S);
  }

  /** The signed address of an image file of the service; others stay as they are. It is valid for one to two days, and the same for a day. */
  async sign(url: string, now: number): Promise<string> {
    if (!url.startsWith(PREFIX)) return url;
    // As the request for it will have it.
    const path = new URL(url, 'http://images').pathname.slice(PREFIX.length);
    const expires = (this.period(now) + 2) * DAY_S;
    const signature = await crypto.subtle.sign('HMAC', await this.#key, message(expires, path));
    return `${PREFIX}~${expires.toString(36)}.${base64url.encode(new Uint8Array(signature))}/${path}`;
  }

  /**
   * The file that a signed path means.
   *
   * @param signed the path behind `/images/`
   * @throws AppError `not_found` for every other path, and when it has expired.
   */
  async open(signed: string, now: number): Promise<OpenedImage> {
    const [, time = '', signature = '', path = ''] = SIGNED.exec(signed) ?? [];
    const expires = Number.parseInt(time, 36);
    const right =
      path !== '' &&
      (await crypto.subtle.verify(
        'HMAC',
        await this.#key,
        base64url.decode(signature) as Uint8Array<ArrayBuffer>,
        message(expires, path),
      ));
    const seconds = expires - Math.floor(now / 1000);
    if (right && seconds > 0) return { path, seconds };
    throw new AppError('not_found', 'There is no such image.', {
      hint: 'Addresses of images are valid for a day; a new search has new ones.',
    });
  }
}

function message(expires: number, path: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${expires} ${path}`);
}
