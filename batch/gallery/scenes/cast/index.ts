export { drawEntity } from './draw-entity.ts';
export * from './entity.ts';
export { isChild, personScale, type Stance } from './people/person.ts';
