// Loaded before the program where this project is installed as a package: Node strips no types from files below a
// folder `node_modules`, so it is done here, for the project's own files, as Node does it elsewhere.
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

const own = new URL('../..', import.meta.url).href;
const packages = new URL('node_modules/', own).href;

registerHooks({
  load(url, context, next) {
    if (!url.startsWith(own) || url.startsWith(packages) || !url.endsWith('.ts')) return next(url, context);
    const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'), { sourceUrl: url });
    return { format: 'module', source, shortCircuit: true };
  },
});
