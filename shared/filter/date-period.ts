/** A period `[from, to)` in milliseconds since 1970. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/;

/**
 * The period that a date names: `2019` a year, `2019-05` a month, `2019-05-01` a day, with a time a minute, a second or a millisecond.
 * Without a zone it is UTC. Undefined for what is no date.
 */
export function datePeriod(text: string): Period | undefined {
  const [
    ,
    year,
    month = '01',
    day = '01',
    hours = '00',
    minutes = '00',
    seconds = '00',
    fraction,
    zone = 'Z',
  ] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // JavaScript takes the 31st of February for a day in March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const offset = zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const from = Date.parse(
    `${date}T${hours}:${minutes}:${seconds}.${(fraction ?? '').padEnd(3, '0')}${offset}`,
  );
  if (Number.isNaN(from)) return undefined;
  return { from, to: endOf(text, from, fraction !== undefined) };
}

function endOf(text: string, from: number, fraction: boolean): number {
  const start = new Date(from);
  // Not `Date.UTC`, which takes the years up to 99 for those of the twentieth century.
  if (text.length === 'YYYY'.length) return start.setUTCFullYear(start.getUTCFullYear() + 1);
  if (text.length === 'YYYY-MM'.length) return start.setUTCMonth(start.getUTCMonth() + 1);
  if (text.length === 'YYYY-MM-DD'.length) return from + 86_400_000;
  if (fraction) return from + 1;
  return from + (/:\d\d:\d\d/.test(text) ? 1000 : 60_000);
}
