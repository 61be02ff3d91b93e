package dev.espalier.model;

class LinearEngineTest extends EngineContract {
  @Override
  Engine engine() {
    return new LinearEngine(Samples.SPAM, Samples.linear(7), Temperature.NONE);
  }
}
