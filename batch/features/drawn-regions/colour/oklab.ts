/** Linear light (0 to 1) of each sRGB value, IEC 61966-2-1. */
export const LINEAR = Float32Array.from({ length: 256 }, (_, value) => {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});

/** Planes that a colour is written to. */
interface LabPlanes {
  readonly lightness: Float32Array;
  readonly greenRed: Float32Array;
  readonly blueYellow: Float32Array;
}

/**
 * Linear sRGB to Oklab (Björn Ottosson, "A perceptual color space for image processing", 2020), written to position
 * `at` of the planes.
 */
export function toOklab(red: number, green: number, blue: number, planes: LabPlanes, at: number): void {
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  planes.lightness[at] = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short;
  planes.greenRed[at] = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short;
  planes.blueYellow[at] = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short;
}
