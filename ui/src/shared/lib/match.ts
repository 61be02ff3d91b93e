export interface Target {
  readonly name: string;
  readonly kind: string;
  readonly to: string;
}

/** Targets that contain every word of the text; those that start with it come first. */
export function match(targets: readonly Target[], text: string): Target[] {
  const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = targets.filter(({ name, kind }) => {
    const hay = `${name} ${kind}`.toLowerCase();
    return parts.every((part) => hay.includes(part));
  });
  const starts = (target: Target) => (target.name.toLowerCase().startsWith(parts[0] ?? '') ? 0 : 1);
  return hits.toSorted((a, b) => starts(a) - starts(b));
}
