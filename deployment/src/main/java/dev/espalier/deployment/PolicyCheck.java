package dev.espalier.deployment;

/** One rule of the release policy and whether a release satisfied it, in words. */
public record PolicyCheck(String rule, boolean passed, String detail) {}
