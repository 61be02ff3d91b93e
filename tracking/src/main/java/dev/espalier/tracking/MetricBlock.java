package dev.espalier.tracking;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a block of points: in order of time, times and steps as zigzag varints of their
 * differences, values as eight bytes. A point of a steady series takes ten to twelve bytes.
 */
final class MetricBlock {
  private MetricBlock() {}

  /** Encodes points; {@link #decode} gives the same points, ordered by time. */
  static byte[] encode(List<MetricPoint> points) {
    List<MetricPoint> ordered = new ArrayList<>(points);
    ordered.sort(MetricPoint.BY_TIME);
    ByteArrayOutputStream out = new ByteArrayOutputStream(points.size() * 12);
    long at = 0;
    long step = 0;
    byte[] value = new byte[Long.BYTES];
    for (MetricPoint point : ordered) {
      varint(out, point.at() - at);
      varint(out, point.step() - step);
      ByteBuffer.wrap(value).putDouble(point.value());
      out.write(value, 0, value.length);
      at = point.at();
      step = point.step();
    }
    return out.toByteArray();
  }

  static List<MetricPoint> decode(byte[] block) {
    List<MetricPoint> points = new ArrayList<>(block.length / 10 + 1);
    ByteBuffer in = ByteBuffer.wrap(block);
    long at = 0;
    long step = 0;
    while (in.hasRemaining()) {
      at += varint(in);
      step += varint(in);
      points.add(new MetricPoint(at, step, in.getDouble()));
    }
    return points;
  }

  private static void varint(ByteArrayOutputStream out, long signed) {
    long rest = (signed << 1) ^ (signed >> 63);
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte part = in.get();
      value |= (long) (part & 0x7f) << shift;
      if (part >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
  }
}
