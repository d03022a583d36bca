import { z } from 'zod';
import type { PayloadPath } from '../payload/payload-path.ts';
import { unsupported } from './common.ts';
import { pathSchema } from './path.ts';

/** By which number or date of their payloads points are listed. */
export interface OrderBy {
  readonly path: PayloadPath;
  readonly descending: boolean;
}

export const orderBySchema = z.union([
  pathSchema.transform((path): OrderBy => ({ path, descending: false })),
  z
    .strictObject({
      key: pathSchema,
      direction: z.enum(['asc', 'desc']).nullish(),
      start_from: unsupported('start_from'),
    })
    .transform(({ key, direction }): OrderBy => ({ path: key, descending: direction === 'desc' })),
]);
