import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { AppError } from '../../errors/index.ts';
import { hostName } from '../../http/index.ts';

/** Where a service listens. */
export interface ListenAddress {
  /** The one IP address, without brackets. A name may stand for several, with different free ports. */
  readonly ip: string;
  /** As in a URL: the name that was asked for, or the address, in brackets if it is of IPv6. */
  readonly host: string;
  /** Whether only programs on this machine reach it. */
  readonly loopback: boolean;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * The address for a host in any spelling: a name, `127.1`, `0x7f.1`, `::1`, `[::1]`, `::ffff:127.0.0.1`. Whether it is
 * loopback is decided by the address that is listened on, never by its spelling.
 *
 * @throws AppError `config_invalid` if it is no host, or a name without an address.
 */
export async function resolveListenAddress(spelling: string): Promise<ListenAddress> {
  const host = hostName(spelling);
  if (host === undefined) throw noHost(spelling);
  const bare = host.replace(/^\[|\]$/g, '');
  const ip = isIP(bare) === 0 ? await addressOf(host) : bare;
  return { ip, host, loopback: LOOPBACK.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4') };
}

/** The names by which callers on this machine reach a service, by `hostName`. */
export function ownHosts({ host }: ListenAddress): string[] {
  return [...new Set(['localhost', '127.0.0.1', '[::1]', host])];
}

async function addressOf(name: string): Promise<string> {
  try {
    return (await lookup(name)).address;
  } catch (cause) {
    throw noHost(name, cause);
  }
}

function noHost(spelling: string, cause?: unknown): AppError {
  return new AppError(
    'config_invalid',
    `cannot listen on "${spelling}": it is not an address or a name of this machine`,
    {
      hint: 'choose another host: 127.0.0.1 for this machine alone, 0.0.0.0 or [::] for all',
      cause,
    },
  );
}
