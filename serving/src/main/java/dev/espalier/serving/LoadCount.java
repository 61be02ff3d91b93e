package dev.espalier.serving;

/**
 * How often this process has loaded a version of a product, and how many of these loads verified
 * the bundle.
 */
public record LoadCount(long loads, long verified) {}
