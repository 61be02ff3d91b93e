package dev.espalier.canvas;

/**
 * What is known of a clause now: its newest observation, and how its value went.
 *
 * @param stored the trend as the store has it; read only where a clause is judged by it
 */
record Head(Evidence last, String stored) {
  Trend trend() {
    return Trend.parse(stored);
  }
}
