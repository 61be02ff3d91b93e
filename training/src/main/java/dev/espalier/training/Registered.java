package dev.espalier.training;

import java.util.Optional;

/**
 * What a run left in the registry.
 *
 * @param rung the candidate's approach: majority, linear, frozen_encoder or encoder
 * @param version the new version, now the challenger; empty when a gate stopped it
 * @param reason one sentence
 */
public record Registered(Optional<String> version, String rung, String reason) {}
