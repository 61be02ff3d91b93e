/** Training of tokenizers; the result runs everywhere as {@code tokenizer.json}. */
@NullMarked
package dev.espalier.training.tokens;

import org.jspecify.annotations.NullMarked;
