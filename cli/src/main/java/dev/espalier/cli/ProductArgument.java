package dev.espalier.cli;

import picocli.CommandLine.Parameters;

/** The product that a command is about: its first argument. */
final class ProductArgument {
  @Parameters(index = "0", paramLabel = "PRODUCT", description = "Its name.")
  String product = "";

  /** A path of the product's canvas. */
  String canvas(String rest) {
    return "/canvases/" + id() + rest;
  }

  /** A path of the product's deployment. */
  String deployment(String rest) {
    return "/deployments/" + id() + rest;
  }

  /** The name, safe inside a path. */
  String id() {
    return PipelineCommands.id(product);
  }
}
