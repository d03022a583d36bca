import type { BackendChoice } from '../../shared/platform/engines/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { PageContent } from '../data/page-content.ts';

/** Groups of sentences that are printed on a terminal; the page shows all. */
const GROUPS = 3;

/** What is running. */
export interface Running {
  readonly url: string;
  readonly manifest: GenerationManifest;
  readonly choice: Pick<BackendChoice, 'backend' | 'passedOver'>;
  /** The folder or list of the image files. */
  readonly imagesFrom: string | undefined;
  readonly page: PageContent;
}

/** The message when everything is running. */
export function announcement({ url, manifest, choice, imagesFrom, page }: Running): string {
  const { images, captions, id } = manifest;
  const examples = page.examples.slice(0, GROUPS).flat();
  return [
    '',
    `  ${url}/`,
    '',
    `  ${images.count} images, ${captions.count} captions (generation ${id}); backend ${choice.backend}`,
    ...choice.passedOver.map(({ why }) => `  (${why})`),
    `  images: ${imagesFrom ?? 'none: --data DIR with a folder images/, or --photos, shows them'}`,
    ...(examples.length === 0 ? [] : ['', '  Try:', ...examples.map((sentence) => `    ${sentence}`)]),
    '',
    '  Ctrl-C stops it.',
    '',
    '',
  ].join('\n');
}
