/// <reference types="vite/client" />

/** A catalogue as the build compiles it. */
declare module '*.json?lingui' {
  export const messages: Record<string, string>;
}
