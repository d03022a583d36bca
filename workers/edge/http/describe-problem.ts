import { problemSchema } from '../../../shared/schema/index.ts';

/** A problem as one of a route's responses in the API's description. */
export function describeProblem(description: string) {
  return {
    description,
    content: { 'application/problem+json': { schema: problemSchema.meta({ id: 'Problem' }) } },
  };
}
