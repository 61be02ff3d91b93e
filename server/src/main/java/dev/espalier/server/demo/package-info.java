/** The main job: a product's whole life on real mail, on the replay clock. */
@NullMarked
package dev.espalier.server.demo;

import org.jspecify.annotations.NullMarked;
