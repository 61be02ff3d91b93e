package dev.espalier.deployment;

/**
 * Is a rate above its limit? The Bernoulli form of the rollout's martingale: a mixture of
 * likelihood ratios of rates above the limit against the limit itself. Under "the rate is at most
 * the limit" it reaches 1/α with probability at most α however often one looks (Ville).
 */
final class LimitTest {
  private static final int GRID = 24;
  private static final double SMALLEST = 1.1;
  private static final double LARGEST = 20;

  private LimitTest() {}

  static boolean exceeded(long hits, long n, double limit, double alpha) {
    if (n == 0 || limit >= 1) {
      return false;
    }
    double null0 = Math.max(limit, 1e-6);
    double sum = 0;
    for (int i = 0; i < GRID; i++) {
      double ratio = SMALLEST * Math.pow(LARGEST / SMALLEST, i / (GRID - 1.0));
      double theta = Math.min(null0 * ratio, (1 + null0) / 2);
      sum +=
          Math.exp(
              hits * Math.log(theta / null0) + (n - hits) * Math.log((1 - theta) / (1 - null0)));
    }
    return sum / GRID >= 1 / alpha;
  }
}
