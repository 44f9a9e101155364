import type { OpenedVault } from '../../crypto/keeper';
import { Problem } from '../../lib/problem';

/** The pins were looked up by the id that the server stated: the keys must be of that account. */
export function checkOwner(vault: OpenedVault, stated: string): void {
  if (vault.userId !== stated) throw new Problem({ code: 'account-tampered', message: 'The keys belong to another account.' });
}

export function bareAccount(): Problem {
  return new Problem({ code: 'bare-account', message: 'The account was made by another program and has no vault.' });
}
