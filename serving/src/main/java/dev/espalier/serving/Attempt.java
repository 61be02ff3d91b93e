package dev.espalier.serving;

/**
 * One try to answer a request.
 *
 * @param rung champion, candidate, previous_champion, baseline, default_value
 * @param outcome {@code ok} or the trigger that made the ladder go on
 */
public record Attempt(String rung, String version, String outcome, long micros) {}
