import { AppError } from '../errors/index.ts';

/**
 * The name of a host as URLs have it: lower case, IPv4 in four decimal parts, IPv6 shortened and in brackets. Takes every
 * spelling that browsers take (`127.1`, `0x7f.1`), and IPv6 with or without brackets; undefined for anything else.
 */
export function hostName(spelling: string): string | undefined {
  const written = isIpv6(spelling) ? `[${spelling}]` : spelling;
  // A port of ours, so that none of the caller's fits in.
  const url = `http://${written}:1`;
  if (/[/?#@\\\s]/.test(written) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname || undefined;
}

function isIpv6(spelling: string): boolean {
  return spelling.split(':').length > 2 && !spelling.startsWith('[');
}

/**
 * Hosts of a text that separates them by commas or spaces.
 *
 * @param what names the text in errors
 * @throws AppError `config_invalid`
 */
export function readHosts(text: string, what: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((spelling) => {
      const name = hostName(spelling);
      if (name !== undefined) return name;
      throw new AppError('config_invalid', `${what}: "${spelling}" is not the name of a host`, {
        hint: 'Write it without scheme and port: search.example.org',
      });
    });
}

/**
 * Refuses a request for a host that the service does not serve. A web page can have its own name resolve to this machine,
 * and then reads answers as those of its own origin (DNS rebinding); its requests still carry its name.
 *
 * @param url of the request, with the host that the caller named
 * @param hosts by `hostName`
 * @throws AppError `host_refused`
 */
export function assertKnownHost(url: string, hosts: readonly string[]): void {
  const hostname = URL.canParse(url) ? new URL(url).hostname : 'what the header host says';
  if (hosts.includes(hostname)) return;
  throw new AppError('host_refused', `this service is not ${hostname}`, {
    hint: `It is called by one of these names: ${hosts.join(', ')}.`,
  });
}
