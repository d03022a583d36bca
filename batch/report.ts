/** Hears of a stage's progress in the stage's own units. */
export type OnProgress = (done: number, total: number) => void;

/** Tells a person how long work goes on. */
export interface Report {
  /** Runs one stage under a name. Units are named for people: images, captions, pairs. */
  stage<T>(label: string, unit: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T>;
  say(line: string): void;
  /** Something that the person should know before they rely on the result. */
  warn(line: string): void;
}

/** For callers without a person in front of them. */
export const silentReport: Report = {
  stage: (_label, _unit, work) => work(() => {}),
  say: () => {},
  warn: () => {},
};
