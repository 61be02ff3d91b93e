package dev.espalier.canvas;

/** The typed value of one question, defaults merged. */
sealed interface Answer
    permits Page,
        Derived,
        Intent,
        Develop,
        Practice,
        Training,
        Registry,
        Deploy,
        Serving,
        Watching {}
