/** Upper bounds of the buckets in which durations are counted, in seconds: the same in every service, so that they can be compared. */
export const SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];
