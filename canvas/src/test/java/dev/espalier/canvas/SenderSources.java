package dev.espalier.canvas;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Who writes which clause, read from the platform's own sources by the compiler's parser. Calls are
 * followed back from the constructor of {@link Observation}: a method that hands its parameters on
 * as question or clause is such a call itself, until both are words.
 *
 * @param sent every question and clause that reaches an observation
 * @param read every question and clause that a document asks for, the clause by how it begins
 * @param uses the identifiers in each file, by the file's type
 */
record SenderSources(Set<Sent> sent, Set<Sent> read, Map<String, Set<String>> uses) {
  private static final Path ROOT = Path.of("..");
  private static final String ANY = ".*";
  private static final Pattern HOLE = Pattern.compile("\u0001(\\d+)\u0002");

  /**
   * A question and a clause, as regular expressions: what only a run knows is any text.
   *
   * @param type the file in which they are words
   */
  record Sent(String type, String question, String clause) {
    boolean sends(String key, String id) {
      return Pattern.matches(question, key) && Pattern.matches(clause, id);
    }

    @Override
    public String toString() {
      return "%s: %s#%s".formatted(type, question, clause).replaceAll("\\\\[QE]", "");
    }
  }

  /** Where the readers of evidence take the question; the clauses follow. */
  private static final Map<String, Integer> READERS = Map.of("evidence", 0, "proved", 0);

  /** A method of a type, or a constructor; the type is empty where the parser cannot tell it. */
  private record Callee(String type, String name, int parameters) {
    boolean is(Callee declared) {
      return name.equals(declared.name)
          && parameters == declared.parameters
          && (type.isEmpty() || type.equals(declared.type));
    }
  }

  /** Question and clause as expressions over the parameters of a method. */
  private record Template(String question, String clause) {
    boolean whole() {
      return !HOLE.matcher(question + clause).find();
    }

    Template given(List<String> arguments) {
      return new Template(fill(question, arguments), fill(clause, arguments));
    }

    private static String fill(String expression, List<String> arguments) {
      return HOLE.matcher(expression)
          .replaceAll(
              hole -> Matcher.quoteReplacement(arguments.get(Integer.parseInt(hole.group(1)))));
    }
  }

  /**
   * A call as it stands in a method, its arguments as expressions over that method's parameters.
   */
  private record Call(String file, Callee within, Callee callee, List<String> arguments) {}

  static SenderSources ofAllStages() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(ROOT)) {
      files =
          all.filter(each -> each.toString().contains("/src/main/java/dev/espalier/"))
              .filter(each -> each.toString().endsWith(".java"))
              .filter(each -> !each.startsWith("../bench"))
              .sorted()
              .toList();
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Call> calls = new ArrayList<>();
    Map<String, Set<String>> uses = new HashMap<>();
    try (StandardJavaFileManager sources = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, sources, null, null, null, sources.getJavaFileObjectsFromPaths(files));
      for (CompilationUnitTree unit : task.parse()) {
        String name = Path.of(unit.getSourceFile().getName()).getFileName().toString();
        Reader reader = new Reader(name.replace(".java", ""));
        unit.accept(new Declarations(reader), null);
        reader.scan(unit, null);
        calls.addAll(reader.calls);
        uses.computeIfAbsent(reader.file, _ -> new TreeSet<>()).addAll(reader.names);
      }
    }
    return new SenderSources(sent(calls), read(calls), uses);
  }

  /** The types that {@code start} uses, and those that they use. */
  Set<String> reachedFrom(String start) {
    Set<String> reached = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      String type = open.remove();
      if (reached.add(type)) {
        uses.getOrDefault(type, Set.of()).stream().filter(uses::containsKey).forEach(open::add);
      }
    }
    return reached;
  }

  private static Set<Sent> read(List<Call> calls) {
    Set<Sent> read = new HashSet<>();
    for (Call call : calls) {
      Integer at = READERS.get(call.callee.name);
      if (at != null && call.arguments.size() > at && call.arguments.get(at).startsWith("\\Q")) {
        call.arguments.stream()
            .skip(at + 1L)
            .forEach(clause -> read.add(new Sent(call.file, call.arguments.get(at), clause + ANY)));
      }
    }
    return read;
  }

  private static Set<Sent> sent(List<Call> calls) {
    Set<Sent> sent = new HashSet<>();
    Map<Callee, Set<Template>> writers = new HashMap<>();
    Deque<Map.Entry<Callee, Template>> open = new ArrayDeque<>();
    int parts = Observation.class.getRecordComponents().length;
    open.add(Map.entry(new Callee("Observation", "new", parts), new Template(hole(0), hole(1))));
    while (!open.isEmpty()) {
      Map.Entry<Callee, Template> writer = open.remove();
      if (!writers.computeIfAbsent(writer.getKey(), _ -> new HashSet<>()).add(writer.getValue())) {
        continue;
      }
      for (Call call : calls) {
        if (call.callee.is(writer.getKey())) {
          Template given = writer.getValue().given(call.arguments);
          if (given.question.equals(ANY)) {
            continue; // Evidence of any question is read back or signed here, not sent.
          }
          if (given.whole()) {
            sent.add(new Sent(call.file, given.question, given.clause));
          } else {
            open.add(Map.entry(call.within, given));
          }
        }
      }
    }
    return sent;
  }

  private static String hole(int parameter) {
    return "\u0001" + parameter + "\u0002";
  }

  /** The methods and variables that a file declares. */
  private static final class Declarations extends TreeScanner<Void, Void> {
    private final Reader reader;
    private final Deque<String> types = new ArrayDeque<>();

    Declarations(Reader reader) {
      this.reader = reader;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      types.push(type.getSimpleName().toString());
      super.visitClass(type, unused);
      types.pop();
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      reader.declared.add(
          new Callee(types.getFirst(), method.getName().toString(), method.getParameters().size()));
      return super.visitMethod(method, unused);
    }

    @Override
    public Void visitVariable(VariableTree variable, Void unused) {
      String name = variable.getName().toString();
      if (variable.getType() instanceof IdentifierTree type) {
        reader.typed.put(name, type.getName().toString());
      }
      if (variable.getInitializer() != null) {
        reader.values.put(name, variable.getInitializer());
      }
      return super.visitVariable(variable, unused);
    }
  }

  private static final class Reader extends TreeScanner<Void, Void> {
    private static final int DEPTH = 5;
    private final String file;
    private final Set<Callee> declared = new HashSet<>();
    private final Map<String, String> typed = new HashMap<>();
    private final Map<String, ExpressionTree> values = new HashMap<>();
    private final Deque<String> types = new ArrayDeque<>();
    private final Deque<MethodTree> methods = new ArrayDeque<>();
    private final List<Call> calls = new ArrayList<>();
    private final Set<String> names = new TreeSet<>();

    Reader(String file) {
      this.file = file;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      types.push(type.getSimpleName().toString());
      super.visitClass(type, unused);
      types.pop();
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      methods.push(method);
      super.visitMethod(method, unused);
      methods.pop();
      return null;
    }

    @Override
    public Void visitIdentifier(IdentifierTree name, Void unused) {
      names.add(name.getName().toString());
      return super.visitIdentifier(name, unused);
    }

    @Override
    public Void visitNewClass(NewClassTree call, Void unused) {
      note(call.getIdentifier().toString(), "new", call.getArguments());
      return super.visitNewClass(call, unused);
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
      int size = call.getArguments().size();
      if (call.getMethodSelect() instanceof MemberSelectTree select) {
        String receiver = select.getExpression().toString();
        boolean type = Character.isUpperCase(receiver.charAt(0)) && !receiver.contains(".");
        note(
            type ? receiver : typed.getOrDefault(receiver, ""),
            select.getIdentifier().toString(),
            call.getArguments());
      } else {
        String name = call.getMethodSelect().toString();
        String owner =
            types.stream()
                .filter(each -> declared.contains(new Callee(each, name, size)))
                .findFirst()
                .orElse(file);
        note(owner, name, call.getArguments());
      }
      return super.visitMethodInvocation(call, unused);
    }

    private void note(String type, String name, List<? extends ExpressionTree> arguments) {
      Callee within =
          methods.isEmpty()
              ? new Callee(file, "", 0)
              : new Callee(
                  types.getFirst(),
                  methods.getFirst().getName().toString(),
                  methods.getFirst().getParameters().size());
      calls.add(
          new Call(
              file,
              within,
              new Callee(type, name, arguments.size()),
              arguments.stream().map(each -> expression(each, DEPTH)).toList()));
    }

    /** What an expression can be, as a regular expression with holes for parameters. */
    private String expression(Tree tree, int depth) {
      return switch (tree) {
        case LiteralTree literal when literal.getValue() instanceof String text ->
            Pattern.quote(text);
        case IdentifierTree name -> name(name.getName().toString(), depth);
        case ParenthesizedTree inner -> expression(inner.getExpression(), depth);
        case BinaryTree sum when sum.getKind() == Tree.Kind.PLUS ->
            expression(sum.getLeftOperand(), depth) + expression(sum.getRightOperand(), depth);
        case ConditionalExpressionTree either ->
            "(?:%s|%s)"
                .formatted(
                    expression(either.getTrueExpression(), depth),
                    expression(either.getFalseExpression(), depth));
        default -> ANY;
      };
    }

    private String name(String name, int depth) {
      if (!methods.isEmpty()) {
        List<? extends VariableTree> parameters = methods.getFirst().getParameters();
        for (int i = 0; i < parameters.size(); i++) {
          if (parameters.get(i).getName().contentEquals(name)) {
            return hole(i);
          }
        }
      }
      ExpressionTree value = values.get(name);
      return value == null || depth == 0 ? ANY : expression(value, depth - 1);
    }
  }
}
