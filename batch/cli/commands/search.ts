import { Command } from 'commander';
import { AppError } from '../../../shared/errors/index.ts';
import { withIndexOptions } from '../index-options.ts';
import { backendOption, channelsOption, precisionOption, wholeNumber } from '../options.ts';

/** `gsmn search "a brown rabbit follows an orange cat"` */
export function searchCommand(): Command {
  return withIndexOptions(new Command('search'))
    .argument('[sentence]', 'what happens in the image')
    .description(
      'search the active generation of an index, in this process; candidates come from its own files, or from --qdrant',
    )
    .option('--image <file>', 'search with an image file instead: the images that are nearest to it')
    .option('--limit <number>', 'hits', wholeNumber('limit', 1, 1000), 10)
    .addOption(backendOption())
    .addOption(precisionOption())
    .option('--exhaustive', 'compare every image instead of a shortlist')
    .option(
      '--not <phrase>',
      'rank images lower that show this, or look like an image: id:123; may be repeated',
      (phrase: string, phrases: readonly string[]) => [...phrases, phrase],
      [],
    )
    .option('--filter <filter>', 'only images that pass, for example: year>=2019 AND place:Rome')
    .option('--facets <fields>', 'count the values of these fields among the images that are compared')
    .addOption(channelsOption())
    .option('--no-understand', 'search for the words as they are written')
    .option('--no-collapse', 'show each of the images that look alike, not only the best of them')
    .option('--no-coarse', 'with --exhaustive: rank by the GSMN score alone')
    .option(
      '--memory-mb <number>',
      'memory for the images that are compared at a time, in MiB',
      wholeNumber('memory-mb', 1, 1 << 20),
      256,
    )
    .option('--json', 'print the answer as JSON')
    .action(async (sentence: string | undefined, { image, ...options }) => {
      if ((sentence === undefined) === (image === undefined)) {
        throw new AppError('argument_invalid', 'a search has a sentence or an image', {
          hint: 'gsmn search "a dog on grass", or gsmn search --image dog.jpg',
        });
      }
      if (sentence === undefined) {
        await (await import('../search/run-image-search.ts')).runImageSearch(image, options);
      } else await (await import('../search/run-search.ts')).runSearch(sentence, options);
    });
}
