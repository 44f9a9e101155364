import type { AppError } from '../app/contract';

/** Makes sure of the form of what a promise rejected with. */
export function asAppError(reason: unknown): AppError {
  if (isAppError(reason)) return reason;
  return { code: 'internal', message: String(reason) };
}

function isAppError(reason: unknown): reason is AppError {
  return (
    typeof reason === 'object' &&
    reason !== null &&
    'code' in reason &&
    typeof reason.code === 'string' &&
    'message' in reason &&
    typeof reason.message === 'string'
  );
}
