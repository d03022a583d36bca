import process from 'node:process';
import { type EstimateOptions, estimateExtraction } from '../../extraction/estimate-extraction.ts';

type Options = Omit<EstimateOptions, 'gps'> & {
  readonly gps?: boolean | undefined;
  readonly json?: boolean | undefined;
};

/** `--dry-run`: what an extraction would cost. */
export async function tellEstimate({ json, gps = false, ...options }: Options): Promise<void> {
  const estimate = await estimateExtraction({ ...options, gps });
  const { files, unknown, withoutDecoder, rate, encoding, seconds, bytes } = estimate;
  const time =
    seconds === undefined ? 'unknown (none of them could be measured)' : `about ${duration(seconds)}`;
  const measured = [
    ...(rate === undefined ? [] : [`described at ${rate.toFixed(1)} photographs a second`]),
    ...(encoding?.rate === undefined ? [] : [`encoded at ${encoding.rate.toFixed(1)} a second`]),
  ].map((part) => `, ${part}`);
  process.stdout.write(
    json
      ? `${JSON.stringify(estimate)}\n`
      : [
          `${files.toLocaleString('en')} files, ${unknown.toLocaleString('en')} of them to describe${encoding ? `, ${encoding.unknown.toLocaleString('en')} to encode` : ''}`,
          `time: ${time}${measured.join('')}`,
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
