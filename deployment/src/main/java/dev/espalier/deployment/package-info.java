/** Environments, release policy, rollout controller, rollback. */
@NullMarked
package dev.espalier.deployment;

import org.jspecify.annotations.NullMarked;
