/** How one check of a deployment ended. A warning works, but should be changed; what is skipped could not be asked. */
export type CheckState = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Check {
  /** What is checked: `edge: search`. The part before the colon is the service. */
  readonly name: string;
  readonly state: CheckState;
  /** What was found. */
  readonly found: string;
  /** What to do about it; only of warnings and failures, and of what was skipped for want of an option. */
  readonly fix?: string | undefined;
}

/** Makes the checks of one service, which differ in the rest of their names. */
export function checksOf(service: string) {
  const make =
    (state: CheckState) =>
    (name: string, found: string, fix?: string): Check => ({
      name: `${service}: ${name}`,
      state,
      found,
      ...(fix === undefined ? {} : { fix }),
    });
  return { ok: make('ok'), warning: make('warning'), failed: make('failed'), skipped: make('skipped') };
}
