import file from 'part:./after-results.ts';
import { Part } from './part.ts';

/** Fetched after the first answer, or when someone needs it before. */
export const afterResults = new Part<typeof import('./after-results.ts')>(file);
