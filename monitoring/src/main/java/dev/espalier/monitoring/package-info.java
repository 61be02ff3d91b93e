/** Inference log, feedback join, drift, performance, alerts, incidents, retraining decisions. */
@NullMarked
package dev.espalier.monitoring;

import org.jspecify.annotations.NullMarked;
