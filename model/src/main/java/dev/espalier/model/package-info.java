/** What a model is: bundle, signature, tokenizers, recipes, engines. */
@NullMarked
package dev.espalier.model;

import org.jspecify.annotations.NullMarked;
