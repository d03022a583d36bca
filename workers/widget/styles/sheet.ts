/** A style sheet. Constructed, so that policies against inline styles allow it. */
export function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}
