/** MLflow's search language: filters, orders and cursors, shared by everything searchable. */
@NullMarked
package dev.espalier.tracking.search;

import org.jspecify.annotations.NullMarked;
