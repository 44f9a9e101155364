import wasmUrl from '../../pkg/strongroom_wasm_bg.wasm?url';
import init from '../../pkg/strongroom_wasm.js';
import { Problem } from '../lib/problem';

let loading: Promise<unknown> | null = null;

/** Resolves once the module is there; a lost connection does not spoil the next try. */
export async function loadModule(): Promise<void> {
  loading ??= init({ module_or_path: wasmUrl });
  try {
    await loading;
  } catch (error) {
    loading = null;
    // A module that arrived and does not run is a fault of ours; all else is the network's.
    if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) throw error;
    throw new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'The cryptographic module could not be loaded.' }, { cause: error });
  }
}
