package dev.espalier.training;

import dev.espalier.model.BagOfWords;
import java.util.Arrays;
import java.util.List;

/**
 * Feature rows in compressed form: row {@code r} has the entries {@code offsets[r]} to {@code
 * offsets[r + 1]}. Bags of words and dense vectors share it, so that one loop trains both.
 */
final class SparseRows {
  final int[] offsets;
  final int[] indices;
  final float[] values;
  final int dimension;

  private SparseRows(int[] offsets, int[] indices, float[] values, int dimension) {
    this.offsets = offsets;
    this.indices = indices;
    this.values = values;
    this.dimension = dimension;
  }

  static SparseRows ofBags(List<int[]> bags) {
    int[] offsets = new int[bags.size() + 1];
    for (int row = 0; row < bags.size(); row++) {
      offsets[row + 1] = offsets[row] + bags.get(row).length;
    }
    int[] indices = new int[offsets[bags.size()]];
    float[] values = new float[indices.length];
    for (int row = 0; row < bags.size(); row++) {
      int[] bag = bags.get(row);
      System.arraycopy(bag, 0, indices, offsets[row], bag.length);
      Arrays.fill(values, offsets[row], offsets[row + 1], (float) BagOfWords.weight(bag.length));
    }
    return new SparseRows(offsets, indices, values, BagOfWords.DIMENSION);
  }

  /** Vectors {@code [rows, dimension]}, all of one length. */
  static SparseRows ofVectors(List<float[]> vectors) {
    int dimension = vectors.getFirst().length;
    int[] offsets = new int[vectors.size() + 1];
    int[] indices = new int[vectors.size() * dimension];
    float[] values = new float[indices.length];
    for (int row = 0; row < vectors.size(); row++) {
      offsets[row + 1] = offsets[row] + dimension;
      System.arraycopy(vectors.get(row), 0, values, offsets[row], dimension);
      for (int i = 0; i < dimension; i++) {
        indices[offsets[row] + i] = i;
      }
    }
    return new SparseRows(offsets, indices, values, dimension);
  }

  int rows() {
    return offsets.length - 1;
  }
}
