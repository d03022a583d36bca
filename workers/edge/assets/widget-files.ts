/** The built widget. */
export interface WidgetFiles {
  /** The script at `/widget.js`. */
  readonly script: string;
  /** What it loads when it needs it, by file name; a name has a hash of its text. */
  readonly parts: Readonly<Record<string, string>>;
}
