/** A node of a directed acyclic graph and what it needs. */
export interface DagNode {
  readonly id: string;
  readonly needs: readonly string[];
}

export interface Placed {
  readonly id: string;
  readonly layer: number;
  readonly row: number;
}

/** Layer = longest way from a root, so that arrows always point right; throws on a cycle. */
export function layers(nodes: readonly DagNode[]): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depth = new Map<string, number>();
  const visiting = new Set<string>();
  const visit = (id: string): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    if (visiting.has(id)) throw new Error(`Cycle at ${id}`);
    visiting.add(id);
    const needs = (byId.get(id)?.needs ?? []).filter((need) => byId.has(need));
    const own = needs.length === 0 ? 0 : 1 + Math.max(...needs.map(visit));
    visiting.delete(id);
    depth.set(id, own);
    return own;
  };
  for (const node of nodes) visit(node.id);
  return depth;
}

/** Without edges that a longer way already implies: what remains is what a reader needs to see. */
export function essentialEdges(nodes: readonly DagNode[]): { from: string; to: string }[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (byId.get(from)?.needs ?? []).some((need) => {
      if (need === target) return true;
      if (seen.has(need)) return false;
      seen.add(need);
      return reaches(need, target, seen);
    });
  return nodes.flatMap((node) =>
    node.needs
      .filter((need) => byId.has(need))
      .filter((need) => !node.needs.some((other) => other !== need && reaches(other, need, new Set())))
      .map((need) => ({ from: need, to: node.id })),
  );
}

/** Places nodes on a grid; within a layer, by the mean row of what they need, then by name. */
export function layout(nodes: readonly DagNode[]): Placed[] {
  const depth = layers(nodes);
  const rows = new Map<string, number>();
  const result: Placed[] = [];
  const last = Math.max(-1, ...depth.values());
  for (let layer = 0; layer <= last; layer += 1) {
    const here = nodes
      .filter((node) => depth.get(node.id) === layer)
      .map((node) => {
        const above = node.needs.map((need) => rows.get(need)).filter((row) => row !== undefined);
        return { id: node.id, wish: above.length === 0 ? 0 : above.reduce((a, b) => a + b, 0) / above.length };
      })
      .toSorted((a, b) => a.wish - b.wish || a.id.localeCompare(b.id));
    here.forEach(({ id }, row) => {
      rows.set(id, row);
      result.push({ id, layer, row });
    });
  }
  return result;
}
