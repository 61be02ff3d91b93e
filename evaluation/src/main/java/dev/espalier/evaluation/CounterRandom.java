package dev.espalier.evaluation;

/**
 * Random numbers that are a pure function of (seed, stream, index): SplitMix64 over a counter
 * (Steele, Lea, Flood 2014). Order and threads never change a result.
 */
final class CounterRandom {
  private final long key;

  CounterRandom(long seed, long stream) {
    this.key = mix(seed ^ mix(stream + 0x9e3779b97f4a7c15L));
  }

  /** A number in 0 … bound − 1; its bias is below bound / 2⁵³. */
  int below(int bound, long index) {
    return (int) (uniform(index) * bound);
  }

  /** A number in [0, 1). */
  double uniform(long index) {
    return (mix(key + index * 0x9e3779b97f4a7c15L) >>> 11) * 0x1.0p-53;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
