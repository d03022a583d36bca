import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writing } from '../../../shared/platform/atomic-file.ts';
import type { RecallMetrics } from '../../../shared/retrieval/index.ts';
import { imageFolder } from '../../data/image-files.ts';
import { evaluationLines, summarise } from '../evaluation-report.ts';
import type { Members } from '../open-members.ts';
import { extremeQueries } from '../queries/extreme-queries.ts';
import type { ImageToTextQuery, Query, TextToImageQuery } from '../queries/query.ts';
import { REPORT_FILES, replaceReport } from './report-folder.ts';
import { reportPage } from './report-page.ts';
import { type SplitNames, splitNames } from './split-names.ts';
import { type Thumbnails, writeThumbnails } from './thumbnails.ts';

/** Number of the best queries of each direction on the page. */
const BEST = 10;

export interface ReportRequest {
  /** The folder to write. */
  readonly folder: string;
  /** Number of the worst queries of each direction on the page. */
  readonly worst: number;
  readonly members: Members;
  readonly folds: readonly RecallMetrics[];
  readonly queries: readonly Query[];
}

/**
 * Writes the report of an evaluation: the page, every query as JSON lines, and small copies of the images on the page. It
 * is written aside and renamed when it is complete.
 *
 * @returns what is missing in the report, for the user.
 * @throws AppError `conflict`, `file_unwritable`.
 */
export async function writeReport(request: ReportRequest): Promise<readonly string[]> {
  const { folder, worst, members, folds, queries } = request;
  const [{ split }] = members;
  const names = splitNames(split);
  const captions = queries.filter((query) => query.direction === 'text-to-image');
  const images = queries.filter((query) => query.direction === 'image-to-text');
  const textToImage = extremeQueries<TextToImageQuery>(captions, worst, BEST);
  const imageToText = extremeQueries<ImageToTextQuery>(images, worst, BEST);
  const shown = [textToImage, imageToText].flatMap((ends): Query[] => [...ends.worst, ...ends.best]);
  let notes: readonly string[] = names.notes;
  await replaceReport(folder, async (aside) => {
    const thumbnails: Thumbnails =
      split.imageNames === undefined
        ? { paths: new Map(), notes: [] }
        : await writeThumbnails(imageFolder(split.folder), aside, imagesOf(shown, names));
    notes = [...names.notes, ...thumbnails.notes];
    const page = reportPage({
      title: `Evaluation of ${split.split}`,
      facts: reportFacts(members),
      notes,
      summary: summarise(folds),
      lines: evaluationLines(folds),
      ranks: {
        imageToText: images.map(({ rank }) => rank),
        textToImage: captions.map(({ rank }) => rank),
      },
      textToImage,
      imageToText,
      names,
      thumbnails: thumbnails.paths,
    });
    await writing(folder, async () => {
      await writeFile(join(aside, REPORT_FILES.page), page);
      await writeFile(join(aside, REPORT_FILES.queries), queryLines(queries, names));
    });
  });
  return notes;
}

/** The images on cards, by image. */
function imagesOf(queries: readonly Query[], names: SplitNames): Map<number, string> {
  const images = queries.flatMap((query) =>
    query.direction === 'text-to-image'
      ? [query.image, ...query.found.map(({ image }) => image)]
      : [query.image],
  );
  return new Map(images.map((image) => [image, names.image(image)]));
}

function reportFacts(members: Members): (readonly [string, string])[] {
  const [{ split, engines, protocol, folds }] = members;
  const counts = `${split.images.toLocaleString('en')} images, ${split.captionIds.length.toLocaleString('en')} captions`;
  return [
    ...members.map(
      ({ network: { path, config } }) =>
        [
          'model',
          `${path} (${config.sparse ? 'sparse' : 'dense'}, propagation ${config.propagation})`,
        ] as const,
    ),
    ['data', `${split.folder}, split ${split.split}: ${counts}`],
    ['protocol', folds.length === 1 ? protocol : `${protocol}, mean of ${folds.length} folds`],
    ['backend', engines.backend],
  ];
}

/** Every query as a line of JSON, with the texts and names for its indices. */
function queryLines(queries: readonly Query[], names: SplitNames): string {
  return queries.map((query) => `${JSON.stringify(named(query, names))}\n`).join('');
}

function named(query: Query, names: SplitNames): object {
  const own = { text: names.caption(query.caption), picture: names.image(query.image) };
  const found =
    query.direction === 'text-to-image'
      ? query.found.map((answer) => ({ ...answer, picture: names.image(answer.image) }))
      : query.found.map((answer) => ({ ...answer, text: names.caption(answer.caption) }));
  return { ...query, ...own, found };
}
