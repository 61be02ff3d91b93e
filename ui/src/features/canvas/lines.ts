export interface LineChange {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Two texts line by line, by their longest common part (Wagner–Fischer); ends that are alike are set aside first. */
export function lineChanges(before: string, after: string): LineChange[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const [old, now] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  const length = (row: number, column: number) => lengths[row]?.[column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      const here = lengths[row];
      if (here) here[column] = old[row] === now[column] ? length(row + 1, column + 1) + 1 : Math.max(length(row + 1, column), length(row, column + 1));
    }
  }
  const middle: LineChange[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    if (row < old.length && column < now.length && old[row] === now[column]) {
      middle.push({ kind: 'same', text: old[row] ?? '' });
      row += 1;
      column += 1;
    } else if (row < old.length && (column >= now.length || length(row + 1, column) >= length(row, column + 1))) {
      middle.push({ kind: 'removed', text: old[row] ?? '' });
      row += 1;
    } else {
      middle.push({ kind: 'added', text: now[column] ?? '' });
      column += 1;
    }
  }
  const same = (text: string): LineChange => ({ kind: 'same', text });
  return [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
}

/** Only what changed, with a few lines around; a gap stands for the rest. */
export function hunks(changes: readonly LineChange[], around = 2): (LineChange | 'gap')[] {
  const near = changes.map((_, index) => changes.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== 'same'));
  return changes.flatMap((change, index): (LineChange | 'gap')[] => (near[index] ? [change] : index > 0 && !near[index - 1] ? [] : ['gap']));
}
