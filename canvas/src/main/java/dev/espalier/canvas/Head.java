package dev.espalier.canvas;

/** What is known of a clause now: its newest observation, and how its value went. */
record Head(Evidence last, Trend trend) {}
