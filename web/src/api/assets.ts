import { Problem } from '../lib/problem';

/** A file of the app itself, which the build knows by its address: a font, a table. Nothing of anybody's. */
export async function fetchAsset(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address, { credentials: 'omit' }).catch((error: unknown) => {
    throw new Problem({ code: 'server-unreachable', message: `${address} did not come` }, { cause: error });
  });
  if (!response.ok) throw new Problem({ code: 'server-unreachable', message: `${address} was answered with ${String(response.status)}` });
  return new Uint8Array(await response.arrayBuffer());
}
