package dev.espalier.canvas;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What is known about one field of an answer besides its type. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface F {
  /** Which direction of change makes the promise stricter. */
  enum Tighter {
    NONE,
    LOWER,
    HIGHER,
    SUBSET,
    SUPERSET,
    TEXT
  }

  /** The default as it would be written: a scalar, or a list or map in flow style. */
  String def() default "";

  /** The allowed words; empty means any. */
  String[] oneOf() default {};

  double min() default 0;

  double max() default Double.MAX_VALUE;

  Tighter tighter() default Tighter.NONE;

  /** A bare scalar in place of the map fills this field. */
  boolean main() default false;

  /** What the field does, where that is not what its question does; at most one. */
  Kind[] kind() default {};

  /** The unit of a bare number ({@code tokens}, {@code rows}); the other types carry their own. */
  String unit() default "";

  /** One sentence for the person who fills the form; empty where the name says it all. */
  String help() default "";
}
