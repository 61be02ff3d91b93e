package dev.espalier.serving;

/** Where an endpoint's records and counts go; a shadow lane has its own. */
record Outlet(InferenceSink sink, EndpointMetrics metrics) {}
