/** Calls `act` when someone presses `/` anywhere on the page except in a field. Returns a function that stops this. */
export function onSlash(act: () => void): () => void {
  const listen = (event: KeyboardEvent): void => {
    if (event.key !== '/' || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // The innermost element, even inside another site's shadow tree.
    const [target] = event.composedPath();
    if (target instanceof HTMLElement && takesText(target)) return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', listen);
  return () => document.removeEventListener('keydown', listen);
}

function takesText(target: HTMLElement): boolean {
  return target.isContentEditable || target.matches('input, textarea, select');
}
