/** The configuration of workerd in its text form (`workerd.capnp` of the package). */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { AppError } from '../../shared/errors/index.ts';
import type { WorkerFiles } from '../build-edge.ts';

const WRANGLER_FILE = join(dirname(import.meta.dirname), 'wrangler', 'wrangler.jsonc');

/** Name of the socket in the configuration; `--socket-addr` and the messages on `--control-fd` name it. */
export const SOCKET = 'http';

/** What the worker expects of its runtime. */
export interface Compatibility {
  readonly date: string;
  readonly flags: readonly string[];
}

/**
 * The compatibility date and flags under which the worker is deployed, so that it runs the same here.
 *
 * @throws AppError `config_invalid`
 */
export async function deployedCompatibility(): Promise<Compatibility> {
  const text = await readFile(WRANGLER_FILE, 'utf8');
  const date = /"compatibility_date":\s*"([\d-]+)"/.exec(text)?.[1];
  const flags = /"compatibility_flags":\s*\[([^\]]*)\]/.exec(text)?.[1];
  if (date !== undefined && flags !== undefined) {
    return { date, flags: Array.from(flags.matchAll(/"(\w+)"/g), ([, flag = '']) => flag) };
  }
  throw new AppError(
    'config_invalid',
    `${WRANGLER_FILE} has no ${date === undefined ? 'compatibility_date' : 'compatibility_flags'}`,
  );
}

/**
 * One worker behind one socket, and nothing else that responds. The worker may reach every address, including those of
 * this machine: the services that it needs run there.
 *
 * @param variables names of its variables. Their values come from workerd's environment, so that no secret
 *   (`RERANK_TOKEN`, `QDRANT_API_KEY`) is written to a file or seen in a command line.
 */
export function workerdConfiguration(
  files: WorkerFiles,
  variables: readonly string[],
  { date, flags }: Compatibility,
  certificates: readonly string[] = getCACertificates('extra'),
): string {
  const modules = [
    `(name = ${quote(files.main)}, esModule = embed ${quote(`/${files.main}`)})`,
    ...files.wasm.map((name) => `(name = ${quote(name)}, wasm = embed ${quote(`/${name}`)})`),
  ];
  const bindings = variables.map((name) => `(name = ${quote(name)}, fromEnvironment = ${quote(name)})`);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = (
      modules = [${modules.join(', ')}],
      compatibilityDate = ${quote(date)},
      compatibilityFlags = [${flags.map(quote).join(', ')}],
      bindings = [${bindings.join(', ')}],
    )),
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (
        trustBrowserCas = true,
        trustedCertificates = [${certificates.map(quote).join(', ')}],
      ),
    )),
  ],
  sockets = [(name = ${quote(SOCKET)}, http = (), service = "worker")],
  logging = (structuredLogging = true),
);
`;
}

/** A text in Cap'n Proto's notation, whose escapes are C's. */
function quote(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, (control) => {
    const bytes = [...new TextEncoder().encode(control)];
    return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  });
  return `"${escaped}"`;
}
