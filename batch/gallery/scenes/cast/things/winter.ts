import {
  circle,
  draw,
  line,
  path,
  rect,
  type Sketch,
  sketch,
  standingBox,
  type Tone,
} from '../../drawing/index.ts';

export function snowman(tone: Tone): Sketch {
  const snow = 'url(#tone-f4f4f8)';
  const svg = [
    line(
      [
        [-16, -48],
        [-34, -60],
      ],
      '#6b4a35',
      3,
    ),
    line(
      [
        [16, -48],
        [34, -62],
      ],
      '#6b4a35',
      3,
    ),
    circle(0, -22, 23, snow),
    circle(0, -52, 17, snow),
    circle(0, -76, 13, snow),
    [-58, -48, -24].map((y) => circle(2, y, 2, '#3b3640')).join(''),
    path(draw('M', 2, -76, 'l', 15, 3, 'l', -15, 2.5, 'Z'), '#ee8a33'),
    circle(-3, -79, 1.7, '#2f2a33'),
    circle(6, -79, 1.7, '#2f2a33'),
    rect(-14, -68, 28, 7, 3.5, tone.fill),
    path(draw('M', 6, -64, 'l', 9, 18, 'l', -8, 2, 'l', -6, -18, 'Z'), tone.dark),
    rect(-10, -103, 20, 17, 2, '#33303a'),
    rect(-15, -88, 30, 4.5, 2, '#33303a'),
    rect(-10, -92, 20, 4, 0, tone.base),
  ];
  return sketch(svg.join(''), standingBox(64, 103));
}
