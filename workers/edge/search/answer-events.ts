/** Types of answers in several parts: events of server-sent events, and a line of JSON for each. */
export const EVENT_TYPES = ['text/event-stream', 'application/x-ndjson'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * The parts of an answer, in this order: recall's order, if ranking takes longer; the ranked order; the end. A problem takes the place of
 * what is missing.
 */
export type EventName = 'recall' | 'ranked' | 'done' | 'problem';

/** What the JSON of an event is called in a line of its own. */
const MEMBERS: Readonly<Record<EventName, string>> = {
  recall: 'answer',
  ranked: 'answer',
  done: 'timings',
  problem: 'problem',
};

/** An event as text. @param json without line breaks */
export function eventText(type: EventType, name: EventName, json: string): string {
  return type === 'text/event-stream'
    ? `event: ${name}\ndata: ${json}\n\n`
    : `{"event":"${name}","${MEMBERS[name]}":${json}}\n`;
}
