/**
 * Run in a separate process with TMPDIR set, because the package unpacks into the system's temporary folder and uses anything
 * there with the name `chromium`. Unpacks the browser and the libraries that a bare machine lacks.
 */
import chromium, { inflate } from '@sparticuz/chromium';

await inflate(new URL('../../node_modules/@sparticuz/chromium/bin/al2023.tar.br', import.meta.url).pathname);
await chromium.executablePath();
