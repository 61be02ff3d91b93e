package dev.espalier.training.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.List;

/**
 * The forward pass of a bidirectional, pre-norm transformer encoder (Vaswani et al. 2017; pre-norm
 * as in Xiong et al. 2020) with a mean-pooled classification head.
 *
 * <pre>
 * x = tokens[ids] + positions                 [B, T, d]
 * x += dropout(attention(norm(x)))            per layer
 * x += dropout(W2·gelu(W1·norm(x)))
 * logits = head(mean over unmasked of norm(x))  [B, C]
 * </pre>
 *
 * The additive mask is 0 where a key is allowed and −10⁴ elsewhere: finite, so that a fully masked
 * row averages instead of becoming NaN. Every intermediate result belongs to the manager of {@code
 * ids}, which the caller closes. OnnxExport follows this pass line by line.
 */
final class Encoder {
  static final float EPSILON = 1e-5f;
  static final float MASKED = -10_000f;

  /** A padded batch: {@code ids} int64 {@code [B, T]}, {@code mask} float {@code [B, T]}. */
  record Batch(NDArray ids, NDArray mask) {
    static Batch of(NDManager manager, List<long[]> rows) {
      int length = Math.max(1, rows.stream().mapToInt(row -> row.length).max().orElse(1));
      return of(manager, rows, length);
    }

    static Batch of(NDManager manager, List<long[]> rows, int length) {
      long[] ids = new long[rows.size() * length];
      float[] mask = new float[ids.length];
      for (int row = 0; row < rows.size(); row++) {
        long[] tokens = rows.get(row);
        System.arraycopy(tokens, 0, ids, row * length, tokens.length);
        java.util.Arrays.fill(mask, row * length, row * length + tokens.length, 1);
      }
      Shape shape = new Shape(rows.size(), length);
      return new Batch(manager.create(ids, shape), manager.create(mask, shape));
    }
  }

  /** {@code logits [B, C]} and, per layer, attention {@code [B, h, T, T]}. */
  record Output(NDArray logits, List<NDArray> attention) {}

  private final Weights weights;
  private final EncoderShape shape;
  private final float dropout;

  Encoder(Weights weights, float dropout) {
    this.weights = weights;
    this.shape = weights.shape();
    this.dropout = dropout;
  }

  Output forward(Batch batch) {
    NDManager step = batch.ids().getManager();
    long size = batch.ids().getShape().get(0);
    long length = batch.ids().getShape().get(1);
    NDArray x =
        lookup(batch.ids(), "embeddings.tokens")
            .add(lookup(step.arange(0, (int) length, 1, DataType.INT64), "embeddings.positions"));
    x = dropped(x);
    NDArray additive = batch.mask().reshape(size, 1, 1, length).sub(1).mul(-MASKED); // (1−m)·(−10⁴)
    List<NDArray> attention = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "encoder.layer." + layer + ".";
      x = x.add(dropped(attend(block, norm(x, block + "attention.norm"), additive, attention)));
      NDArray inner = norm(x, block + "feed_forward.norm");
      inner = Activation.gelu(linear(inner, block + "feed_forward.inner"));
      x = x.add(dropped(linear(inner, block + "feed_forward.outer")));
    }
    x = norm(x, "encoder.norm");
    NDArray mask = batch.mask().reshape(size, length, 1);
    NDArray pooled = x.mul(mask).sum(new int[] {1}).div(mask.sum(new int[] {1}));
    return new Output(linear(pooled, "head"), attention);
  }

  private NDArray attend(String block, NDArray x, NDArray mask, List<NDArray> attention) {
    NDArray query = split(linear(x, block + "attention.query"));
    NDArray key = split(linear(x, block + "attention.key"));
    NDArray value = split(linear(x, block + "attention.value"));
    NDArray scores = query.matMul(key.transpose(0, 1, 3, 2));
    NDArray rows = scores.mul(1 / Math.sqrt(shape.headWidth())).add(mask).softmax(-1);
    attention.add(rows);
    NDArray merged = dropped(rows).matMul(value).transpose(0, 2, 1, 3);
    return linear(
        merged.reshape(x.getShape().get(0), x.getShape().get(1), shape.width()),
        block + "attention.output");
  }

  private NDArray split(NDArray x) {
    return x.reshape(x.getShape().get(0), x.getShape().get(1), shape.heads(), shape.headWidth())
        .transpose(0, 2, 1, 3);
  }

  private NDArray lookup(NDArray ids, String table) {
    return ids.getNDArrayInternal()
        .embedding(ids, weights.get(table), SparseFormat.DENSE)
        .singletonOrThrow();
  }

  private NDArray linear(NDArray x, String name) {
    return Linear.linear(x, weights.get(name + ".weight"), weights.get(name + ".bias"))
        .singletonOrThrow();
  }

  private NDArray norm(NDArray x, String name) {
    return x.getNDArrayInternal()
        .layerNorm(
            x,
            new Shape(shape.width()),
            weights.get(name + ".weight"),
            weights.get(name + ".bias"),
            EPSILON)
        .singletonOrThrow();
  }

  private NDArray dropped(NDArray x) {
    return dropout == 0 ? x : x.getNDArrayInternal().dropout(x, dropout, true).singletonOrThrow();
  }
}
