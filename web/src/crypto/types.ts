/** What the vault reports to the page; mirrors the serialised types of the `vault` crate. */

export type FindingKind =
  | 'injected'
  | 'missing'
  | 'rolled-back'
  | 'forked'
  | 'does-not-belong-here'
  | 'truncated'
  | 'trailing-data'
  | 'altered'
  | 'not-an-allowed-writer'
  | 'unsupported-version';

/** Something that the server got wrong, named for the person whom it concerns. */
export interface Finding {
  kind: FindingKind;
  /** The folder that it was found in, or null when the account itself is concerned. */
  folder: string | null;
  /** The file or folder concerned; null when the whole folder is. */
  node: string | null;
  /** Its last known name, if this device can tell. */
  name: string | null;
  /** How many entries are concerned (at least 1). */
  count: number;
}

export interface Entry {
  id: string;
  /** The folder that it is in. */
  folder: string;
  kind: 'file' | 'folder';
  name: string;
  /** Media type as the uploader's device stated it, e.g. `application/pdf`; may be empty. */
  mediaType: string;
  /** True length in bytes. */
  size: number;
  /** Milliseconds since 1970: when the content was last changed, per the uploader's device. */
  modified: number;
  /** Milliseconds since 1970, or null when it is not in the trash. */
  trashed: number | null;
  starred: boolean;
  tags: string[];
  description: string;
  category: string;
  /** A file's current version. */
  version: string | null;
}

/** What changes of an entry; what is absent stays. */
export interface EntryEdit {
  starred?: boolean;
  /** At most 64, of 128 bytes each. */
  tags?: readonly string[];
  /** At most 16 KiB. */
  description?: string;
  /** At most 128 bytes. */
  category?: string;
}

/** One step of the way from the root (whose name is empty) to a node. */
export interface PathStep {
  id: string;
  name: string;
}

/** A way out of a finding, besides leaving it: take what the server shows; put back what this device kept; delete it. */
export type Way = 'accept' | 'restore-kept' | 'remove';

/** A folder after its head was checked. */
export interface FolderView {
  id: string;
  /** The head's counter. */
  seq: number;
  /** False: shown for reading only; nothing may be written until an honest answer comes. */
  verified: boolean;
  /** Live and trashed entries; quarantined ones are left out (see findings). */
  entries: Entry[];
  findings: Finding[];
}

/** Kinds of files that people tell apart. */
export type SearchKind = 'folder' | 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'sheet' | 'slides' | 'archive' | 'code' | 'key' | 'other';

/** What somebody looks for; what is absent does not matter. */
export interface Wanted {
  /** Words of which each must be found. */
  text?: string;
  /** Of one of these kinds. */
  kinds?: SearchKind[];
  /** With each of these tags. */
  tags?: string[];
  /** Changed between these times, in milliseconds since 1970. */
  from?: number;
  to?: number;
  starred?: boolean;
  /** In the trash, instead of not in the trash. */
  trashed?: boolean;
  /** Somewhere below this folder. */
  below?: string;
  /** At most 1000; 100 if absent. */
  limit?: number;
}

export interface Matches {
  /** The best ones first. `place`: the least place in which one of the words was found. */
  matches: { entry: Entry; place: 'name-start' | 'name-word' | 'name' | 'tag' | 'description' | 'text' | null }[];
  /** How many there are in all. */
  total: number;
}

/** What is to be read for the search. */
export interface Unread {
  /** Files that may have a text which was not read yet, the latest changed first; not all of them if there are very many. */
  files: Entry[];
  /** How many there are in all. */
  unread: number;
  /** How many files were read, as they are now. */
  read: number;
  /** Files of which nothing has to be kept any more. */
  gone: string[];
}

/** Codes of errors thrown by the vault. */
export type VaultErrorCode =
  | 'wrong-password'
  | 'kdf-refused'
  | 'account-tampered'
  | 'account-rolled-back'
  | 'unsupported-version'
  | 'altered'
  | 'truncated'
  | 'trailing-data'
  | 'does-not-belong-here'
  | 'rolled-back'
  | 'forked'
  | 'missing'
  | 'not-an-allowed-writer'
  | 'injected'
  | 'folder-not-verified'
  | 'no-such-entry'
  | 'invalid-name'
  | 'invalid-metadata'
  | 'into-itself'
  | 'too-deep'
  | 'bad-answer'
  | 'file-changed'
  | 'subtle-failed'
  | 'internal';
