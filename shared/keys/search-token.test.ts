import { Buffer } from 'node:buffer';
import { createHash, createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { base64url, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { testKey } from '../../test/support/keys.ts';
import { identifyKey, isKey, signingKey } from './search-key.ts';
import { isToken, signToken, TOKEN_SECONDS, verifyToken } from './search-token.ts';

const own = await testKey('secret');
const other = await testKey('secret');
const page = await testKey('publishable');
const records = new Map([own, other, page].map(({ record }) => [record.id, record]));
const verify = (token: string, now = Date.now()) => verifyToken(token, async (id) => records.get(id), now);
const NOW = () => Math.floor(Date.now() / 1000);

/** A token of any claims. */
async function signed(
  claims: Record<string, unknown>,
  { key = own.key, kid, alg = 'EdDSA' }: { key?: string; kid?: string; alg?: string } = {},
): Promise<string> {
  const { sign } = await signingKey(key);
  const { id } = await identifyKey(key);
  return new SignJWT(claims).setProtectedHeader({ alg, kid: kid ?? id }).sign(sign);
}

describe('a key', () => {
  it('is 256 random bits with its kind, and is found by its hash', async () => {
    expect(own.key).toMatch(/^sk_[\w-]{43}$/);
    expect(page.key).toMatch(/^pk_[\w-]{43}$/);
    expect(await identifyKey(own.key)).toEqual({ id: own.record.id, hash: own.record.hash });
    expect(JSON.stringify(own.record)).not.toContain(own.key.slice(3));
    for (const wrong of [
      '',
      'sk_',
      own.key.slice(0, -1),
      `${own.key}a`,
      `xk${own.key.slice(2)}`,
      ` ${own.key}`,
    ])
      expect(isKey(wrong), wrong).toBe(false);
  });
});

describe('a search token', () => {
  it('says what it allows', async () => {
    const claims = { filter: 'tenant:"a b"', fields: ['year'], origins: ['https://shop.example'] };
    const token = await signToken(own.key, claims, 60);
    expect(isToken(token)).toBe(true);
    expect(await verify(token)).toMatchObject({
      key: { id: own.record.id },
      claims: {
        filter: { field: 'tenant', test: { is: 'eq', value: 'a b' } },
        fields: ['year'],
        origins: claims.origins,
      },
    });
  });

  it('takes a filter as a tree, in which no value can be mistaken for a condition', async () => {
    const filter = { field: 'tenant', eq: 'acme" OR tenant:"other' };
    const verified = await verify(await signed({ filter, exp: NOW() + 60 }));
    expect(verified).toMatchObject({ claims: { filter: { test: { value: filter.eq } } } });
  });

  it('may name its algorithm in both ways', async () => {
    expect(await verify(await signed({ filter: 'a:b', exp: NOW() + 60 }, { alg: 'Ed25519' }))).toHaveProperty(
      'claims',
    );
  });

  it('is made with any library, from the bytes of the key', async () => {
    const pkcs8 = Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from(own.key.slice(3), 'base64url'),
    ]);
    const token = await new SignJWT({ filter: { field: 'tenant', eq: 'acme' } })
      .setProtectedHeader({
        alg: 'EdDSA',
        kid: createHash('sha256').update(own.key).digest('hex').slice(0, 16),
      })
      .setExpirationTime('1h')
      .sign(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
    expect(await verify(token)).toMatchObject({ claims: { filter: { field: 'tenant' } } });
  });

  it('ends, and begins', async () => {
    const token = await signToken(own.key, { filter: 'a:b' }, 60);
    expect(await verify(token, Date.now() + 58_000)).toHaveProperty('claims');
    expect(await verify(token, Date.now() + 61_000)).toMatchObject({
      why: 'expired',
      tell: expect.any(String),
    });
    const later = await signed({ filter: 'a:b', exp: NOW() + 60, nbf: NOW() + 30 });
    expect(await verify(later)).toMatchObject({ why: 'claims' });
  });

  it.each([
    [{ exp: NOW() + 60 }, /filter/],
    [{ filter: 'a:b' }, /exp/],
    [{ filter: 'a:b', exp: 'soon' }, /exp/],
    [{ filter: 'a:b', exp: NOW() + TOKEN_SECONDS + 100 }, /more than a day/],
    [{ filter: 'a:b', exp: NOW() + 60, field: ['year'] }, /field/],
    [{ filter: 'a:', exp: NOW() + 60 }, /filter, character/],
    [{ filter: { and: [] }, exp: NOW() + 60 }, /filter/],
    [{ filter: 'a:b', origins: ['shop.example'], exp: NOW() + 60 }, /origin/],
  ])(
    'with claims that could mean more than was meant is refused, in words for its owner: %j',
    async (claims, why) => {
      expect(await verify(await signed(claims))).toMatchObject({
        key: own.record,
        tell: expect.stringMatching(why),
      });
    },
  );

  it('is not made with such claims', async () => {
    await expect(signToken(own.key, { filter: 'a:b', fiels: [] }, 60)).rejects.toMatchObject({
      code: 'argument_invalid',
    });
  });

  it('of another key, of none, or of a publishable one is refused without a word', async () => {
    const claims = { filter: 'a:b', exp: NOW() + 60 };
    const stranger = await testKey('secret');
    const tokens = [
      await signed(claims, { key: stranger.key }),
      await signed(claims, { key: stranger.key, kid: own.record.id }),
      await signed(claims, { key: other.key, kid: own.record.id }),
      await signed(claims, { kid: page.record.id }),
      await signed(claims, { kid: '' }),
      await signed({ ...claims, exp: NOW() - 60 }, { kid: stranger.record.id }),
    ];
    for (const token of tokens) {
      const verified = await verify(token);
      expect(verified).toEqual({ why: expect.any(String) });
    }
  });

  it('signed with what everybody may know is refused', async () => {
    const claims = { filter: 'a:b', exp: NOW() + 60 };
    const header = { kid: own.record.id };
    const encode = (value: object) => base64url.encode(JSON.stringify(value));
    const none = `${encode({ alg: 'none', ...header })}.${encode(claims)}.AA`;
    const asSecret = async (secret: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', ...header })
        .sign(new TextEncoder().encode(secret.padEnd(32)));
    const { privateKey } = await generateKeyPair('ES256');
    const tokens = [
      none,
      await asSecret(own.record.verify ?? ''),
      await asSecret(own.record.hash),
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...header }).sign(privateKey),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', crit: ['b64'], b64: true, ...header })
        .sign((await signingKey(other.key)).sign),
    ];
    for (const token of tokens) expect(await verify(token)).toEqual({ why: expect.any(String) });
  });

  it('that was changed anywhere is refused', async () => {
    const token = await signToken(own.key, { filter: 'tenant:acme' }, 600);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'B', 'z', '0', '9', '-', '_', '.'),
        fc.constantFrom('set', 'cut', 'add'),
        async (at, character, how) => {
          const changed =
            how === 'cut'
              ? token.slice(0, at)
              : `${token.slice(0, at)}${character}${token.slice(how === 'set' ? at + 1 : at)}`;
          // The last character of 64 bytes has bits that are not read.
          fc.pre(changed !== token && at < token.length - 2);
          expect(await verify(changed)).not.toHaveProperty('claims');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('that is no token is no accident', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
        expect(await verify(text)).not.toHaveProperty('claims');
      }),
    );
    expect(isToken(`${'a'.repeat(6000)}.b.c`)).toBe(false);
  });
});
