package dev.espalier.canvas;

/**
 * The typed value of one question, defaults merged. Each group of questions is a sealed interface
 * of its own, one record per question; this hierarchy is the list of all questions.
 */
sealed interface Answer
    permits Page,
        Derived,
        Stack,
        Intent,
        Proposition,
        Develop,
        Practice,
        Sources,
        Analysis,
        Features,
        Foundations,
        Training,
        Registry,
        Deploy,
        Serving,
        Guards,
        Watching,
        Signals,
        Metadata,
        Dilemmas {}
