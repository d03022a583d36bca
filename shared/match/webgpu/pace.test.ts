import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

describe('the size of submissions', () => {
  it('grows while they are short and shrinks when they are long', () => {
    const pace = new Pace();
    const first = pace.multiplyAdds;
    for (let time = 0; time < 3; time++) pace.took(1, pace.multiplyAdds);
    expect(pace.multiplyAdds).toBe(8 * first);
    pace.took(30, pace.multiplyAdds);
    expect(pace.multiplyAdds).toBe(8 * first);
    pace.took(500, pace.multiplyAdds);
    expect(pace.multiplyAdds).toBe(4 * first);
  });

  it('does not grow by submissions that are smaller than allowed', () => {
    const pace = new Pace();
    const first = pace.multiplyAdds;
    for (let time = 0; time < 100; time++) pace.took(1, first / 4);
    expect(pace.multiplyAdds).toBe(first);
  });

  it('never shrinks to nothing', () => {
    const pace = new Pace();
    for (let time = 0; time < 100; time++) pace.took(500, 1);
    expect(pace.multiplyAdds).toBeGreaterThanOrEqual(2 ** 20);
  });
});
