export type { Log } from './generations/generation-host.ts';
export type { EngineFactory } from './generations/loaded-generation.ts';
export { type RerankServer, startRerank } from './server.ts';
export type { RerankSettings } from './settings.ts';
