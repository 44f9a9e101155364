import type { AppError } from '../../app/contract';
import type { VaultErrorCode } from '../../crypto/types';
import { formatBytes, roundDuration } from '../../lib/format';
import type { MessageId, Translate } from '../../lib/i18n';

/** Every known code and its words: the vault's, the app's own, the server's. */
const words: Record<VaultErrorCode, MessageId> & Record<string, MessageId> = {
  offline: 'error.offline',
  'server-unreachable': 'error.serverUnreachable',
  'session-ended': 'error.sessionEnded',
  'weak-password': 'error.weakPassword',
  'passwords-differ': 'error.passwordsDiffer',
  'phrase-mismatch': 'error.phraseMismatch',
  'bare-account': 'error.bareAccount',
  'invalid-phrase': 'error.invalidPhrase',
  'recovery-expired': 'error.recoveryExpired',
  'not-an-image': 'error.notAnImage',
  'changed-since': 'error.changedSince',
  'too-large': 'error.tooLarge',
  'not-readable': 'error.notReadable',
  'not-kept': 'error.notKept',
  'name-empty': 'name.empty',
  'name-slash': 'name.slash',
  'name-too-long': 'name.too-long',
  'name-reserved': 'name.reserved',
  'name-control': 'name.control',
  'not-begun': 'error.notBegun',
  'upload-expired': 'error.uploadExpired',
  cancelled: 'error.cancelled',
  locked: 'error.locked',

  'wrong-password': 'error.wrongPassword',
  'kdf-refused': 'error.kdfRefused',
  'account-tampered': 'error.accountTampered',
  'account-rolled-back': 'error.accountRolledBack',
  'unsupported-version': 'error.unsupportedVersion',
  altered: 'error.altered',
  truncated: 'error.truncated',
  'trailing-data': 'error.trailingData',
  'does-not-belong-here': 'error.doesNotBelongHere',
  'rolled-back': 'error.rolledBack',
  forked: 'error.forked',
  missing: 'error.missing',
  'not-an-allowed-writer': 'error.notAnAllowedWriter',
  injected: 'error.injected',
  'folder-not-verified': 'error.folderNotVerified',
  'no-such-entry': 'error.noSuchEntry',
  'invalid-name': 'error.invalidName',
  'invalid-metadata': 'error.invalidMetadata',
  'into-itself': 'error.intoItself',
  'too-deep': 'error.tooDeep',
  'bad-answer': 'error.badAnswer',
  'file-changed': 'error.fileChanged',
  'subtle-failed': 'error.subtleFailed',
  internal: 'error.internalVault',

  UNAUTHORIZED: 'error.unauthorized',
  INVALID_CREDENTIALS: 'error.invalidCredentials',
  ACCOUNT_INACTIVE: 'error.accountInactive',
  FORBIDDEN: 'error.forbidden',
  NOT_FOUND: 'error.notFound',
  METHOD_NOT_ALLOWED: 'error.methodNotAllowed',
  GONE: 'error.gone',
  CONFLICT: 'error.conflict',
  EMAIL_TAKEN: 'error.emailTaken',
  VALIDATION_ERROR: 'error.validation',
  BAD_REQUEST: 'error.badRequest',
  PAYLOAD_TOO_LARGE: 'error.payloadTooLarge',
  UNSUPPORTED_MEDIA_TYPE: 'error.unsupportedMediaType',
  RANGE_NOT_SATISFIABLE: 'error.rangeNotSatisfiable',
  STORAGE_QUOTA_EXCEEDED: 'error.quota',
  RATE_LIMITED: 'error.rateLimited',
  HEAD_REQUIRED: 'error.headRequired',
  HEAD_CONFLICT: 'error.headConflict',
  KEYS_REQUIRED: 'error.keysRequired',
  STORAGE_FULL: 'error.storageFull',
  UNAVAILABLE: 'error.unavailable',
  INTERNAL: 'error.internal',
};

/** Codes after which an operator needs the request id to find out more. */
const ASK_THE_OPERATOR = new Set(['INTERNAL', 'UNAVAILABLE', 'STORAGE_FULL', 'BAD_REQUEST', 'bad-answer']);

export function knownCodes(): string[] {
  return Object.keys(words);
}

/** What to tell the person; never the error's own English. */
export function errorWords(error: AppError, t: Translate, locale: string): string {
  const id = Object.hasOwn(words, error.code) ? words[error.code] : undefined;
  if (error.code === 'RATE_LIMITED' && error.retryAfter !== undefined) {
    const { unit, count } = roundDuration(error.retryAfter);
    return t(`error.rateLimited.${unit}`, { count });
  }
  if (error.code === 'STORAGE_QUOTA_EXCEEDED' && error.available !== undefined) {
    return t('error.quota.available', { available: formatBytes(error.available, locale) });
  }
  return t(id ?? 'error.unknown');
}

/** The request id, where it is of use to anybody. */
export function operatorHint(error: AppError, t: Translate): string | null {
  if (error.requestId === undefined) return null;
  const known = Object.hasOwn(words, error.code);
  return known && !ASK_THE_OPERATOR.has(error.code) ? null : t('error.requestId', { id: error.requestId });
}
