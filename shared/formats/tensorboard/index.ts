export type { StoredEvent, TrainingEvent } from './event-message.ts';
export { type EventFile, type ReadEventsOptions, readEvents } from './event-reader.ts';
export { type EventEncoder, eventFileName, loadEventEncoder } from './event-writer.ts';
