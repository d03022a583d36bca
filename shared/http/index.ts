export { assertKnownHost, hostName, readHosts } from './host.ts';
export { assertImageBody } from './image-body.ts';
export { announcesBody, assertJsonBody, givenTwice } from './json-body.ts';
export { readLimited } from './limited-body.ts';
export { type AllowedOrigins, assertOrigin, readOrigins } from './origin.ts';
export { HTTP_STATUS, PROBLEM_HEADERS, problemDetails, requestError } from './problem.ts';
export { VERSION } from './version.ts';
