package dev.espalier.training;

import dev.espalier.data.CheckReport;

/** The checks that the data of a run passed; a run whose data fail them stops here. */
public record Validated(CheckReport report) {}
