import { randomInt } from 'node:crypto';
import process from 'node:process';

/** The seed of a run: `FAULTS_SEED`, or a new one. */
export function seedOfRun(): number {
  const given = process.env.FAULTS_SEED;
  if (given === undefined || given === '') return randomInt(2 ** 31);
  return parseSeed(given);
}

export function parseSeed(text: string): number {
  const seed = Number(text);
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31) return seed;
  throw new Error(`the seed is "${text}", not a whole number from 0 to ${2 ** 31 - 1}`);
}
