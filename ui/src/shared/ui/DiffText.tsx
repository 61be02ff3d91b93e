/** The kind of a line of a diff: what came, what went, where it is, in which file. */
export function toneOfLine(line: string): string {
  if (/^(diff |index |\+\+\+ |--- |new file|deleted file|rename |similarity |Binary files )/.test(line)) return 'strong';
  if (line.startsWith('@@')) return 'sky';
  return line.startsWith('+') ? 'leaf' : line.startsWith('-') ? 'clay' : '';
}

/** Changes as `git diff` writes them. */
export function DiffText({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <pre className="log tall" tabIndex={0} aria-label={label}>
      {text.split('\n').map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines have no identity but their place
        <span key={index} className={toneOfLine(line)}>
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
