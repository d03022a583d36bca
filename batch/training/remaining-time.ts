/** Estimates how long a run will still take, from the time of its steps and validations. */
export interface RemainingTime {
  step(seconds: number): void;
  validation(seconds: number): void;
  /** For the user: seconds per step, and the time until the end. */
  text(steps: number, validations: number): string;
}

/** Weight of the newest step in the running mean. */
const NEWEST = 0.05;

export function remainingTime(): RemainingTime {
  let [stepSeconds, validationSeconds] = [0, 0];
  return {
    step: (seconds) => {
      stepSeconds = stepSeconds === 0 ? seconds : stepSeconds + NEWEST * (seconds - stepSeconds);
    },
    validation: (seconds) => {
      validationSeconds = seconds;
    },
    text: (steps, validations) => {
      const left = Math.round(steps * stepSeconds + validations * validationSeconds);
      return `${stepSeconds.toFixed(2)} s per step | ETA ${duration(left)}`;
    },
  };
}

/** 5 s, 12 min, 3 h 20 min. */
function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
