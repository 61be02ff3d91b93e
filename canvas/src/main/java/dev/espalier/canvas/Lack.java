package dev.espalier.canvas;

/**
 * What a clause without evidence is short of. They are told apart because they ask for different
 * things: one for patience or for a deed, the other for a build that can do more.
 */
public enum Lack {
  /** The platform sends this evidence; what it is about has not happened yet. */
  HAPPENING,
  /** No component of this build can send this evidence. */
  MACHINERY
}
