/** The one HTTP port: access rules, static UI, health, events, and the stages' routes. */
@NullMarked
package dev.espalier.server.http;

import org.jspecify.annotations.NullMarked;
