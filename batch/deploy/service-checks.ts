/** What is checked of every service: encryption, the time of its clock, its version. */
import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import { VERSION } from '../../shared/http/index.ts';
import type { Answer } from './ask.ts';
import { type Check, checksOf } from './check.ts';

/** A certificate should be renewed before then. Chosen: those of public authorities are renewed a month before their end. */
const RENEW_DAYS = 14;
/** A signed token of a few minutes, and the dates of two logs, need clocks that agree this well. */
const SKEW_S = 5;
const TLS_TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;

/**
 * Whether what is sent to a service can be read on its way.
 *
 * @param secret what is sent besides searches, in words
 */
export async function tlsCheck(service: string, url: URL, secret: string | undefined): Promise<Check> {
  const { ok, warning, failed } = checksOf(service);
  if (url.protocol === 'https:') {
    const certificate = await peerCertificate(url);
    return typeof certificate === 'string'
      ? failed('TLS', certificate, 'Serve a certificate of this name with its whole chain.')
      : certificateCheck(service, certificate.valid_to, Date.now());
  }
  if (isLoopback(url.hostname)) return ok('TLS', 'none needed on loopback');
  return secret === undefined
    ? failed(
        'TLS',
        `${url.origin} is not encrypted, and pages on https may not call it`,
        'Serve it by https: a route of Cloudflare has it, a server of your own needs a proxy such as Caddy (docs/deploy.md).',
      )
    : warning(
        'TLS',
        `${url.origin} is not encrypted: ${secret} can be read on the way`,
        'Put a proxy with TLS in front of it, or a tunnel (docs/deploy.md).',
      );
}

/** @param validTo the end of the certificate, as Node prints it */
export function certificateCheck(service: string, validTo: string, now: number): Check {
  const { ok, warning } = checksOf(service);
  const days = Math.floor((Date.parse(validTo) - now) / DAY_MS);
  const found = `the certificate is valid for ${days} more days`;
  return days >= RENEW_DAYS
    ? ok('TLS', found)
    : warning('TLS', found, 'Renew it, and let it be renewed by itself.');
}

/** The certificate of a service, or why there is none. */
function peerCertificate(url: URL): Promise<PeerCertificate | string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      // Names only: an address is no server name.
      ...(isIP(host) ? {} : { servername: host }),
      timeout: TLS_TIMEOUT_MS,
    });
    const end = (result: PeerCertificate | string): void => {
      resolve(result);
      socket.destroy();
    };
    socket.once('secureConnect', () => end(socket.getPeerCertificate()));
    socket.once('timeout', () => end(`no TLS within ${TLS_TIMEOUT_MS / 1000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => end(`TLS fails: ${error.code ?? error.message}`));
  });
}

/** Whether the clock of a service agrees with ours. */
export function clockCheck(service: string, { ahead, milliseconds }: Answer): Check {
  const { ok, warning, skipped } = checksOf(service);
  if (ahead === undefined) return skipped('clock', 'its answers name no time');
  const seconds = Math.round(Math.abs(ahead));
  if (Math.abs(ahead) <= SKEW_S + milliseconds / 2000) return ok('clock', 'agrees with the one here');
  return warning(
    'clock',
    `is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the one here`,
    'Let both machines set their clocks by NTP (timedatectl set-ntp true).',
  );
}

/** @param version of a service; services older than the field name none */
export function versionCheck(service: string, version: string | undefined): Check {
  const checks = checksOf(service);
  if (version === VERSION) return checks.ok('version', version);
  return checks.warning(
    'version',
    `${version ?? 'older than any that is named'}, and this command is ${VERSION}`,
    'Deploy edge worker and reranker from the same version.',
  );
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
