import * as tf from '@tensorflow/tfjs';

/**
 * Hinge loss over a batch in which image i belongs to caption i: both directions of `max(0, margin + s_wrong - s_right)`,
 * summed over all wrong partners, or with `maxViolation` over the worst one of each (VSE++, Faghri et al. 2018).
 * @param scores `[B, B]`, images by captions
 * @returns a scalar; the caller owns it
 */
export function contrastiveLoss(
  scores: tf.Tensor2D,
  { margin, maxViolation }: { readonly margin: number; readonly maxViolation: boolean },
): tf.Scalar {
  return tf.tidy(() => {
    const size = scores.shape[0];
    const own = tf.eye(size);
    const right = tf.sum(tf.mul(scores, own), 1);
    const wrong = tf.sub(1, own);
    const violations = (expected: tf.Tensor) =>
      tf.mul(tf.relu(tf.add(tf.sub(scores, expected), margin)), wrong);
    const captions = violations(tf.reshape(right, [size, 1]));
    const images = violations(tf.reshape(right, [1, size]));
    const total = maxViolation
      ? tf.add(tf.sum(tf.max(captions, 1)), tf.sum(tf.max(images, 0)))
      : tf.add(tf.sum(captions), tf.sum(images));
    return total as tf.Scalar;
  });
}
