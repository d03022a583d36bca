export { type Deadline, TIMEOUT_HEADER, unlessAborted, withDeadline } from './deadline.ts';
export { HTTP_STATUS, PROBLEM_HEADERS, problemDetails, requestError } from './problem.ts';
