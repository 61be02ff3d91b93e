package dev.espalier.server.identity;

/**
 * Somebody who comes with a name and a password, as MLflow's clients do.
 *
 * @param password what is stored of it
 * @param administrator may do everything over MLflow's routes, and only there
 */
record MlflowUser(long id, String name, String password, boolean administrator) {}
