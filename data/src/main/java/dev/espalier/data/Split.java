package dev.espalier.data;

import java.util.List;

/** Which rows, by id and in row order, belong to which part; no id is in two. */
public record Split(List<String> train, List<String> valid, List<String> test) {
  public Split {
    train = List.copyOf(train);
    valid = List.copyOf(valid);
    test = List.copyOf(test);
  }
}
