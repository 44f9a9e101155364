import { newRequestId } from './base';

/** Removes what the server has of an upload that will not go on: the termination of tus 1.0, by itself. */
export async function removeStaged(address: string, token: () => Promise<string>): Promise<void> {
  await fetch(address, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${await token()}`, 'Tus-Resumable': '1.0.0', 'X-Request-Id': newRequestId() },
  });
}
