import process from 'node:process';
import { type EstimateOptions, estimateExtraction } from '../../extraction/estimate-extraction.ts';

type Options = Omit<EstimateOptions, 'gps'> & {
  readonly gps?: boolean | undefined;
  readonly json?: boolean | undefined;
};

/** `--dry-run`: what an extraction would cost. */
export async function tellEstimate({ json, gps = false, ...options }: Options): Promise<void> {
  const estimate = await estimateExtraction({ ...options, gps });
  const { files, unknown, withoutDecoder, rate, seconds, bytes } = estimate;
  const time =
    seconds === undefined ? 'unknown (none of them could be measured)' : `about ${duration(seconds)}`;
  const measured = rate === undefined ? '' : `, at ${rate.toFixed(1)} photographs a second`;
  process.stdout.write(
    json
      ? `${JSON.stringify(estimate)}\n`
      : [
          `${files.toLocaleString('en')} files, ${unknown.toLocaleString('en')} of them to describe`,
          `time: ${time}${measured}`,
          ...(withoutDecoder === 0
            ? []
            : [
                `${withoutDecoder.toLocaleString('en')} HEIC files are left out: their decoder is not installed (npm install --no-save heic-decode)`,
              ]),
          `disk: ${(bytes / 2 ** 20).toFixed(1)} MiB`,
          '',
        ].join('\n'),
  );
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
