/** Registered models, versions, aliases, SemVer, lineage. */
@NullMarked
package dev.espalier.registry;

import org.jspecify.annotations.NullMarked;
