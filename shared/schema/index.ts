export * from './feature-identity.ts';
export * from './generation.ts';
export * from './model-config.ts';
export * from './rank-api.ts';
export * from './ranking.ts';
export * from './search-api.ts';
export * from './search-limits.ts';
