package dev.espalier.cli;

import picocli.CommandLine.Parameters;

/** The product that a command is about: its first argument. */
final class ProductArgument {
  @Parameters(index = "0", paramLabel = "PRODUCT", description = "Its name.")
  String product = "";

  /** A path of the product's canvas. */
  String canvas(String rest) {
    return path("canvases", rest);
  }

  /** A path of the product's deployment. */
  String deployment(String rest) {
    return path("deployments", rest);
  }

  /** What {@code area} of the API has of the product, such as {@code /drills/mail-filter}. */
  String path(String area, String rest) {
    return "/" + area + "/" + Api.id(product) + rest;
  }
}
