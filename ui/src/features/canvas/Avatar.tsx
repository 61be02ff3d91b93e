import { hueOf, initials } from './people';

/** A person in two letters; the whole name on hover and for a screen reader. */
export function Avatar({ user, role = '' }: { readonly user: string; readonly role?: string }) {
  const name = role === '' ? user : `${user}, ${role}`;
  return (
    <span className={`avatar tone-${hueOf(user)}`} role="img" aria-label={name} title={name}>
      {initials(user)}
    </span>
  );
}
