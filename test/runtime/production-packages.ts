/**
 * Loaded before a program (`--import`): refuses every package that `npm ci --omit=dev` would not install, as if it were
 * missing.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { dev?: boolean }>;
};

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(resolved.url)?.[0];
    if (folder === undefined) return resolved;
    const name = fileURLToPath(folder).slice(ROOT.length + 1);
    if (lock.packages[name]?.dev !== true) return resolved;
    throw Object.assign(new Error(`Cannot find package '${name}', which is for development`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  },
});
