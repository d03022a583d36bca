export { createEngines, type Engines } from './create-engines.ts';
export { type BackendChoice, type BackendRequest, resolveBackend } from './resolve-backend.ts';
