const COMMIT = 'mlflow.source.git.commit';
const REPOSITORY = 'mlflow.source.git.repoURL';
type Tags = Readonly<Record<string, string>>;

/** The commit of a run's sources, where its tags name one. */
export const commitOf = (tags: Tags): string | undefined => (/^[\da-f]{7,64}$/i.test(tags[COMMIT] ?? '') ? tags[COMMIT] : undefined);

/** What lies between the sources of two runs. */
export interface Between {
  readonly before: string;
  readonly after: string;
  readonly command: string;
  /** The comparison at the forge that the run names, where that is one of the known ones. */
  readonly href: string | undefined;
}

/** Nothing where either has no commit, or both have the same. */
export function between(before: Tags, after: Tags): Between | undefined {
  const [from, to] = [commitOf(before), commitOf(after)];
  if (from === undefined || to === undefined || from === to) return undefined;
  return { before: from, after: to, command: `git diff ${from.slice(0, 12)} ${to.slice(0, 12)}`, href: compareAt(after[REPOSITORY] ?? '', from, to) };
}

/** Tags are written by clients: only an address of a known forge becomes a link. */
function compareAt(repository: string, from: string, to: string): string | undefined {
  const match = /^(?:https:\/\/|git@)(github\.com|gitlab\.com|codeberg\.org)[/:]([\w.-]+(?:\/[\w.-]+)+)\/?$/.exec(repository);
  if (!match) return undefined;
  const [, host = '', named = ''] = match;
  const path = named.replace(/\.git$/, '');
  return `https://${host}/${path}/${host === 'gitlab.com' ? '-/' : ''}compare/${from}...${to}`;
}
