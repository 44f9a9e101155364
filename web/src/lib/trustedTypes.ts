/**
 * The only Trusted Types policy of the app. The content security policy names
 * it, and allows no other: nothing but our own worker scripts is ever made
 * into a script address, and no HTML is made from strings at all.
 */
interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy;
}

declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypes;
  }
}

export const POLICY_NAME = 'strongroom-worker';

let policy: ScriptUrlPolicy | null = null;

/** An address of this origin, as `new Worker` accepts it under `require-trusted-types-for 'script'`. */
export function workerUrl(url: string): string {
  const rules: ScriptUrlPolicy = { createScriptURL: sameOrigin };
  policy ??= window.trustedTypes?.createPolicy(POLICY_NAME, rules) ?? rules;
  return policy.createScriptURL(url);
}

function sameOrigin(url: string): string {
  const resolved = new URL(url, window.location.href);
  if (resolved.origin !== window.location.origin) throw new TypeError('workers come from our own origin only');
  return resolved.href;
}
