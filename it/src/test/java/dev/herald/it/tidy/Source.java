package dev.herald.it.tidy;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * What the rules ask about one Java file: its types and methods, as the compiler's parser sees
 * them.
 *
 * @param file where it is
 * @param members its types and methods, in order
 */
record Source(Path file, List<Member> members) {

  /**
   * A type or a method.
   *
   * @param name its name, a constructor's is {@code <init>}
   * @param isType whether it is a type
   * @param line where it begins, from 1
   * @param lines how many lines its body takes, from its name to its last brace; of methods
   * @param parameters how many parameters it takes; 0 for types, and for the constructor of a
   *     record, whose parameters are its data
   * @param needsDoc whether a reader elsewhere can see it and it overrides nothing
   * @param hasDoc whether it has a Javadoc comment
   */
  record Member(
      String name,
      boolean isType,
      long line,
      long lines,
      int parameters,
      boolean needsDoc,
      boolean hasDoc) {}

  /**
   * Parses files, without resolving any name.
   *
   * @param files Java sources
   * @return one for each file, in the same order
   */
  static List<Source> parse(List<Path> files) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      DocTrees trees = DocTrees.instance(task);
      List<Source> sources = new ArrayList<>();
      for (CompilationUnitTree unit : task.parse()) {
        Reader reader = new Reader(trees, unit);
        reader.scan(unit, null);
        sources.add(new Source(Path.of(unit.getSourceFile().toUri()), reader.members));
      }
      return sources;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Walks one file; a member is visible when it and all types around it are public. */
  private static final class Reader extends TreePathScanner<Void, Void> {
    private static final Set<Tree.Kind> OPEN =
        Set.of(Tree.Kind.INTERFACE, Tree.Kind.ANNOTATION_TYPE);

    private final DocTrees trees;
    private final CompilationUnitTree unit;
    private final LineMap lines;
    private final List<Member> members = new ArrayList<>();

    Reader(DocTrees trees, CompilationUnitTree unit) {
      this.trees = trees;
      this.unit = unit;
      this.lines = unit.getLineMap();
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      if (!type.getSimpleName().isEmpty()) {
        members.add(
            new Member(
                type.getSimpleName().toString(),
                true,
                line(type),
                0,
                0,
                isVisible(getCurrentPath()),
                hasDoc()));
      }
      return super.visitClass(type, null);
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      // A method that the compiler made up, such as a record's constructor, has no end.
      long end = trees.getSourcePositions().getEndPosition(unit, method);
      if (end >= 0) {
        boolean overrides =
            method.getModifiers().getAnnotations().stream()
                .anyMatch(a -> a.getAnnotationType().toString().equals("Override"));
        members.add(
            new Member(
                method.getName().toString(),
                false,
                line(method),
                lines.getLineNumber(end) - line(method) + 1,
                isCompact(method) ? 0 : method.getParameters().size(),
                !overrides && !isCompact(method) && isVisible(getCurrentPath()),
                hasDoc()));
      }
      return super.visitMethod(method, null);
    }

    /** A record's compact constructor is documented by the record's header. */
    private boolean isCompact(MethodTree method) {
      return method.getName().contentEquals("<init>")
          && getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.RECORD;
    }

    private boolean hasDoc() {
      return trees.getDocComment(getCurrentPath()) != null;
    }

    private long line(Tree tree) {
      return lines.getLineNumber(trees.getSourcePositions().getStartPosition(unit, tree));
    }

    private static boolean isVisible(TreePath path) {
      for (TreePath at = path; at != null; at = at.getParentPath()) {
        boolean inOpen =
            at.getParentPath() != null && OPEN.contains(at.getParentPath().getLeaf().getKind());
        boolean visible =
            switch (at.getLeaf()) {
              case ClassTree type -> isPublic(type.getModifiers().getFlags(), inOpen);
              case MethodTree method -> isPublic(method.getModifiers().getFlags(), inOpen);
              case CompilationUnitTree _ -> true;
              default -> false;
            };
        if (!visible) {
          return false;
        }
      }
      return true;
    }

    private static boolean isPublic(Set<Modifier> flags, boolean inOpen) {
      return flags.contains(Modifier.PUBLIC) || (inOpen && !flags.contains(Modifier.PRIVATE));
    }
  }
}
