/** Receives a stage's progress in the stage's own units. */
export type OnProgress = (done: number, total: number) => void;

/** Reports the progress of long work to the user. */
export interface Report {
  /** Runs one stage under a name. Units are plural words: images, captions, pairs. */
  stage<T>(label: string, unit: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T>;
  say(line: string): void;
  /** Something that the user should know before relying on the result. */
  warn(line: string): void;
}

/** For callers without a user. */
export const silentReport: Report = {
  stage: (_label, _unit, work) => work(() => {}),
  say: () => {},
  warn: () => {},
};
