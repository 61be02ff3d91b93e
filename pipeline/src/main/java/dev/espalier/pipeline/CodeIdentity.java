package dev.espalier.pipeline;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a step's code is: the digest of every project class that can be reached from it by
 * reference, without line numbers, local names and source files, so that a comment changes nothing
 * and a called method does. Libraries are not walked. Blind spots: reflection, service loaders and
 * implementations that are only named elsewhere. Thread-safe; digests are kept for the process.
 */
final class CodeIdentity {
  private static final String PROJECT = "dev/espalier/";
  private final Map<Class<?>, Digest> known = new ConcurrentHashMap<>();
  private final Map<String, Unit> units = new ConcurrentHashMap<>();

  private record Unit(Digest digest, java.util.List<String> references) {}

  Digest of(Class<?> step) {
    return known.computeIfAbsent(step, this::walk);
  }

  private Digest walk(Class<?> step) {
    Map<String, Digest> reached = new TreeMap<>();
    Deque<String> open = new ArrayDeque<>();
    open.add(step.getName().replace('.', '/'));
    while (!open.isEmpty()) {
      String name = open.remove();
      if (!reached.containsKey(name)) {
        Unit unit = units.computeIfAbsent(name, one -> read(one, step.getClassLoader()));
        reached.put(name, unit.digest());
        open.addAll(unit.references());
      }
    }
    MessageDigest hash = Digest.sha256();
    reached.forEach((name, digest) ->
        hash.update((name + digest).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    return Digest.of(hash);
  }

  private static Unit read(String name, ClassLoader loader) {
    try (InputStream in = loader.getResourceAsStream(name + ".class")) {
      if (in == null) {
        return new Unit(Digest.of(name), java.util.List.of());
      }
      ClassFile parser =
          ClassFile.of(
              ClassFile.DebugElementsOption.DROP_DEBUG,
              ClassFile.LineNumbersOption.DROP_LINE_NUMBERS,
              ClassFile.ConstantPoolSharingOption.NEW_POOL);
      ClassModel model = parser.parse(in.readAllBytes());
      byte[] normal =
          parser.transformClass(
              model, ClassTransform.dropping(element -> element instanceof SourceFileAttribute));
      return new Unit(Digest.of(normal), references(model));
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot read class " + name, failure);
    }
  }

  private static java.util.List<String> references(ClassModel model) {
    java.util.List<String> names = new java.util.ArrayList<>();
    for (PoolEntry entry : model.constantPool()) {
      if (entry instanceof ClassEntry type) {
        String name = type.asInternalName();
        if (name.startsWith(PROJECT)) {
          names.add(name);
        }
      }
    }
    return names;
  }
}
