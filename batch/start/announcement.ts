import type { BackendChoice } from '../../shared/platform/engines/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { PageContent } from '../data/page-content.ts';

/** Groups of sentences that a terminal shows; the page has all. */
const GROUPS = 3;

/** What runs. */
export interface Running {
  readonly url: string;
  readonly manifest: GenerationManifest;
  readonly choice: Pick<BackendChoice, 'backend' | 'passedOver'>;
  /** The folder of the pictures. */
  readonly pictures: string | undefined;
  readonly page: PageContent;
}

/** What a person reads when everything runs. */
export function announcement({ url, manifest, choice, pictures, page }: Running): string {
  const { images, captions, id } = manifest;
  const examples = page.examples.slice(0, GROUPS).flat();
  return [
    '',
    `  ${url}/`,
    '',
    `  ${images.count} images, ${captions.count} captions (generation ${id}); backend ${choice.backend}`,
    ...choice.passedOver.map(({ why }) => `  (${why})`),
    `  pictures: ${pictures ?? 'none: --data DIR with a folder images/ in it shows them'}`,
    ...(examples.length === 0 ? [] : ['', '  Try:', ...examples.map((sentence) => `    ${sentence}`)]),
    '',
    '  Ctrl-C ends it.',
    '',
    '',
  ].join('\n');
}
