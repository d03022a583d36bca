import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { type Browser, chromium, type Page } from 'playwright-core';

const root = resolve(import.meta.dirname, '../..');
const SCREENSHOTS = join(root, 'test-results', 'screenshots');

/**
 * A headless Chromium. Everything that it needs comes with packages: the browser, the system libraries that a bare
 * machine lacks (nss, nspr, expat) and a font. Throws the browser's own message if it does not start here.
 */
export async function startBrowser(args: readonly string[] = []): Promise<Browser> {
  const folder = unpackChromium();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: ['--no-sandbox', '--force-color-profile=srgb', '--font-render-hinting=none', ...args],
    env: {
      ...process.env,
      // Before the system's own folders; these libraries need nothing newer than the browser does.
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  });
}

/** Saves what the page shows as `test-results/screenshots/NAME.png`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/** Unpacks the browser once for each of its versions; other processes never see an incomplete one. Returns its folder. */
function unpackChromium(): string {
  const manifest = join(root, 'node_modules/@sparticuz/chromium/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const parent = join(root, '.build');
  const folder = join(parent, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(parent, { recursive: true });
  const aside = mkdtempSync(join(parent, 'chromium-'));
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'unpack-chromium.ts')], {
    env: { ...process.env, TMPDIR: aside },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the browser cannot be unpacked: ${stderr}`);
  writeFileSync(join(aside, 'fonts.conf'), fontConfiguration(folder));
  try {
    renameSync(aside, folder);
  } catch (error) {
    // Another process was first, and its copy is equally good.
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Only the font of the browser's package, so that pages look the same on every machine. */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
}
