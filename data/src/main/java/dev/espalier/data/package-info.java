/** Datasets, snapshots, schema and expectations, splits, labels. */
@NullMarked
package dev.espalier.data;

import org.jspecify.annotations.NullMarked;
