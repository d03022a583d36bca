export { createEngines, type Engines } from './create-engines.ts';
export { createQueryEngines, type QueryEngines } from './create-query-engines.ts';
export { type BackendChoice, resolveBackend, resolveQueryBackend } from './resolve-backend.ts';
