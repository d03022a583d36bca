export type { Log } from './generations/generation-host.ts';
export { type RerankServer, startRerank } from './server.ts';
export type { RerankSettings } from './settings.ts';
