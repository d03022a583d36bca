export { createRerankApp, type RerankAppOptions } from './app.ts';
export type { GenerationHost, HostStatus, Log } from './generations/generation-host.ts';
export type { EngineFactory } from './generations/loaded-generation.ts';
export { type RerankServer, type RerankServerOptions, startRerank } from './server.ts';
export { DEFAULT_SETTINGS, type RerankSettings } from './settings.ts';
