import { describe, expect, it } from 'vitest';
import { ownHosts, resolveListenAddress } from './listen-address.ts';

describe('resolveListenAddress', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1', '127.0.0.1'],
    ['2130706433', '127.0.0.1', '127.0.0.1'],
    ['127.8.9.10', '127.8.9.10', '127.8.9.10'],
    ['::1', '::1', '[::1]'],
    ['[::1]', '::1', '[::1]'],
    ['0:0:0:0:0:0:0:1', '::1', '[::1]'],
    ['::ffff:127.0.0.1', '::ffff:7f00:1', '[::ffff:7f00:1]'],
  ])('knows %s as loopback', async (spelling, ip, host) => {
    expect(await resolveListenAddress(spelling)).toEqual({ ip, host, loopback: true });
  });

  it('resolves a name, and shows the name', async () => {
    const address = await resolveListenAddress('LocalHost');
    expect(address).toMatchObject({ host: 'localhost', loopback: true });
    expect(address.ip).toMatch(/^(127\.0\.0\.1|::1)$/);
  });

  it.each(['0.0.0.0', '0', '::', '[::]', '10.0.0.1', '::ffff:10.0.0.1', '128.1', '1270.0.1'])(
    'knows %s as reachable for others',
    async (spelling) => {
      expect(
        await resolveListenAddress(spelling).then(
          ({ loopback }) => loopback,
          () => 'refused',
        ),
      ).not.toBe(true);
    },
  );

  it.each(['', ' ', '127.0.0.1:80', '[::1]:80', 'http://localhost', '[::1', '256.1.1.1', 'nowhere.invalid'])(
    'refuses "%s"',
    async (spelling) => {
      await expect(resolveListenAddress(spelling)).rejects.toMatchObject({ code: 'config_invalid' });
    },
  );
});

describe('ownHosts', () => {
  it('has the names of this machine, and the one that was asked for', async () => {
    expect(ownHosts(await resolveListenAddress('127.0.0.5'))).toEqual([
      'localhost',
      '127.0.0.1',
      '[::1]',
      '127.0.0.5',
    ]);
  });
});
