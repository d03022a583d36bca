/** Stage names and their milliseconds, in the order of the answer. */
export type Stages = ReadonlyMap<string, number>;

/** Reads a `Server-Timing` header with any stages; a stage without a duration is left out. */
export function parseServerTiming(header: string): Stages {
  const stages = new Map<string, number>();
  for (const entry of header.split(',')) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const duration = parameters.find((parameter) => parameter.startsWith('dur='))?.slice('dur='.length);
    if (name !== '' && duration !== undefined) stages.set(name, Number(duration));
  }
  return stages;
}

/** Milliseconds of the product's own work: `total` if the answer has it, else the sum of its stages. */
export function ownWork(stages: Stages): number {
  return stages.get('total') ?? [...stages.values()].reduce((sum, duration) => sum + duration, 0);
}
