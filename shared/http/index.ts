export { HTTP_STATUS, PROBLEM_HEADERS, problemDetails, requestError } from './problem.ts';
