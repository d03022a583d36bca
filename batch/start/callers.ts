import { readHosts, readOrigins } from '../../shared/http/index.ts';
import { ownHosts, resolveListenAddress } from '../../shared/platform/listen/index.ts';
import type { StartOptions } from './start-options.ts';

/**
 * Who may call, as variables of the edge worker. By default it is the own pages; and on loopback only by a name of this
 * machine, because a web page can have any other name resolve to it.
 *
 * @throws AppError `config_invalid`
 */
export async function callerVariables({
  host,
  allowOrigin = '',
  allowHost = '',
}: Pick<StartOptions, 'host' | 'allowOrigin' | 'allowHost'>): Promise<Readonly<Record<string, string>>> {
  const address = await resolveListenAddress(host);
  const origins = readOrigins(allowOrigin, '--allow-origin');
  const further = readHosts(allowHost, '--allow-host');
  const limited = address.loopback || further.length > 0;
  return {
    ...(origins.length === 0
      ? {}
      : { ALLOWED_ORIGINS: typeof origins === 'string' ? origins : origins.join(' ') }),
    ...(limited ? { ALLOWED_HOSTS: [...ownHosts(address), ...further].join(' ') } : {}),
  };
}
