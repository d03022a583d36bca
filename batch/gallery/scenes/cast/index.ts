export { drawEntity, type Manner } from './draw-entity.ts';
export * from './entity.ts';
export { personScale, type Stance } from './people/person.ts';
export type { ArmsName, BodyName } from './people/poses.ts';
