const COMMIT = 'mlflow.source.git.commit';
const REPOSITORY = 'mlflow.source.git.repoURL';
type Tags = Readonly<Record<string, string>>;

/** The commit of a run's sources, where its tags name one. */
export const commitOf = (tags: Tags): string | undefined => (/^[\da-f]{7,64}$/i.test(tags[COMMIT] ?? '') ? tags[COMMIT] : undefined);

/** From which sources a run came, by the tags that MLflow's clients and our pipelines set. */
export interface Source {
  readonly commit: string;
  readonly branch: string | undefined;
  /** The commit at the forge that the run names, where that is one of the known ones. */
  readonly href: string | undefined;
  /** Whether there were changes that no commit holds; unknown where nothing says so. */
  readonly changed: boolean | undefined;
  /** Those changes, where the client kept them. */
  readonly diff: string | undefined;
}

export function sourceOf(tags: Tags): Source | undefined {
  const tag = (name: string) => tags[`mlflow.source.git.${name}`] ?? tags[`mlflow.git.${name}`];
  const commit = tag('commit');
  if (commit === undefined || !/^[\da-f]{7,64}$/i.test(commit)) return undefined;
  const diff = tag('diff');
  const dirty = tag('dirty')?.toLowerCase();
  const clean = tags['espalier.commit.clean'];
  const changed = diff !== undefined && diff.trim() !== '' ? true : dirty === undefined && clean === undefined ? undefined : dirty === 'true' || clean === 'no';
  const forge = forgeOf(tag('repoURL') ?? '');
  return { commit, branch: tag('branch'), href: forge && `${forge.address}/${forge.own}commit/${commit}`, changed, diff: diff?.trim() === '' ? undefined : diff };
}

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

function compareAt(repository: string, from: string, to: string): string | undefined {
  const forge = forgeOf(repository);
  return forge && `${forge.address}/${forge.own}compare/${from}...${to}`;
}

/** Tags are written by clients: only an address of a known forge becomes a link. */
function forgeOf(repository: string): { readonly address: string; readonly own: string } | undefined {
  const match = /^(?:https:\/\/|git@)(github\.com|gitlab\.com|codeberg\.org)[/:]([\w.-]+(?:\/[\w.-]+)+)\/?$/.exec(repository);
  if (!match) return undefined;
  const [, host = '', named = ''] = match;
  return { address: `https://${host}/${named.replace(/\.git$/, '')}`, own: host === 'gitlab.com' ? '-/' : '' };
}
