/** The steps of the product pipeline and the ladder of models, from majority to transformer. */
@NullMarked
package dev.espalier.training;

import org.jspecify.annotations.NullMarked;
