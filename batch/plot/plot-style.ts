/** Colours of both schemes: each has a contrast of at least 4.5 on its own background. */
const LIGHT = {
  paper: '#ffffff',
  ink: '#22201c',
  faint: '#5f5a52',
  grid: '#e4e0d8',
  image: '#1d5fa6',
  text: '#a8480a',
};
const DARK = {
  paper: '#17161a',
  ink: '#efece6',
  faint: '#aaa49a',
  grid: '#34323a',
  image: '#7db6f0',
  text: '#f0a468',
};

/** For standalone plots. It uses classes, so that a page with the same drawings can use its own colours. */
export const PLOT_STYLE = [
  'text { font-family: system-ui, "Segoe UI", "Open Sans", Roboto, sans-serif; font-size: 12px; }',
  '.heading { font-size: 19px; font-weight: 600; } .panel { font-size: 14px; font-weight: 600; }',
  'path { fill: none; } .raw { stroke-width: 1; stroke-opacity: 0.35; } .curve { stroke-width: 2; stroke-linejoin: round; }',
  '.mark { stroke-width: 1.2; stroke-dasharray: 4 3; } .middling { stroke-dasharray: 7 3; } .loose { stroke-dasharray: 2 3; }',
  inks(LIGHT),
  `@media (prefers-color-scheme: dark) { ${inks(DARK)} }`,
].join('\n');

function inks({ paper, ink, faint, grid, image, text }: typeof LIGHT): string {
  return [
    `.paper { fill: ${paper}; stroke: ${grid}; } text { fill: ${ink}; } .tick, .axis-title { fill: ${faint}; }`,
    `.axis { stroke: ${faint}; } .grid { stroke: ${grid}; } .mark { stroke: ${faint}; } .plain { stroke: ${ink}; }`,
    `.dot { fill: ${ink}; } .image-to-text { stroke: ${image}; } .text-to-image { stroke: ${text}; }`,
    `text.image-to-text, circle.image-to-text { fill: ${image}; stroke: none; }`,
    `text.text-to-image, circle.text-to-image { fill: ${text}; stroke: none; }`,
  ].join('\n');
}
