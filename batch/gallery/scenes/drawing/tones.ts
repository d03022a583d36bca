/** The colours that captions name. */
export const COLOURS = [
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
  'white',
  'black',
] as const;
export type Colour = (typeof COLOURS)[number];

/** A colour as it is painted: its middle, a lit and two shaded steps, and a soft gradient over a whole shape. */
export interface Tone {
  readonly base: string;
  readonly light: string;
  readonly dark: string;
  readonly deep: string;
  /** The gradient from lit to shaded, as a fill. */
  readonly fill: string;
}

const BASES: Readonly<Record<Colour, readonly string[]>> = {
  red: ['#d8343a', '#e0403a', '#cc2e3e'],
  orange: ['#f0842a', '#f18f32', '#ea7a26'],
  yellow: ['#f7d03c', '#f9d84f', '#f3c733'],
  green: ['#43a05c', '#3a9a6a', '#5aa83f'],
  blue: ['#3a76cf', '#2f86d8', '#4668cc'],
  purple: ['#8450b5', '#774cc0', '#9355ae'],
  pink: ['#f08ab2', '#f397b8', '#ea7fae'],
  brown: ['#8d5a38', '#7f5033', '#96643c'],
  white: ['#f8f5ee', '#fbf9f4', '#f3f1ee'],
  black: ['#35343f', '#302f38', '#3b3842'],
};

/** The share `part` of the way from one `#rrggbb` to another. */
function mix(from: string, to: string, part: number): string {
  const channel = (text: string, at: number): number => Number.parseInt(text.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => {
    const value = Math.round(channel(from, at) * (1 - part) + channel(to, at) * part);
    return value.toString(16).padStart(2, '0');
  });
  return `#${mixed.join('')}`;
}

/** The tone around a `#rrggbb`: lit steps go to warm white, shaded ones to dusk violet. */
export function toneOf(base: string): Tone {
  return {
    base,
    light: mix(base, '#fff6e0', 0.32),
    dark: mix(base, '#3a2a55', 0.26),
    deep: mix(base, '#2a1f45', 0.5),
    fill: `url(#tone-${base.slice(1)})`,
  };
}

/** One of the three tones of a named colour. */
export function colourTone(colour: Colour, variant: number): Tone {
  const bases = BASES[colour];
  return toneOf(bases[variant % bases.length] ?? '#888888');
}

/** The `<defs>` of every tone that a drawing fills with. */
export function toneDefinitions(svg: string): string {
  const ids = new Set([...svg.matchAll(/url\(#tone-([0-9a-f]{6})\)/g)].map((match) => match[1] ?? ''));
  return [...ids]
    .map((id) => {
      const { base, light, dark } = toneOf(`#${id}`);
      return `<linearGradient id="tone-${id}" x1="0.15" y1="0" x2="0.6" y2="1"><stop offset="0" stop-color="${light}"/><stop offset="0.45" stop-color="${base}"/><stop offset="1" stop-color="${dark}"/></linearGradient>`;
    })
    .join('');
}
