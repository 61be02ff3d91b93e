package dev.espalier.deployment;

/** A measured value of one arm with its 95 % interval and the requests it rests on. */
public record Reading(double value, double low, double high, long n) {}
