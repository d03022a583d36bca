export { createEngines, type Engines } from './create-engines.ts';
export { type BackendChoice, resolveBackend } from './resolve-backend.ts';
