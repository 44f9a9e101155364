import { namesOfPieces, readSomePieces, writePieces, type Piece } from '../../cache/pieceStore';

/** The sealed texts of an account on this device, by the id of the file. */
export interface TextsStore {
  names(): Promise<string[]>;
  read(names: readonly string[]): Promise<[name: string, bytes: Uint8Array][]>;
  /** Deletes those that are null. */
  write(pieces: readonly Piece[]): Promise<void>;
}

/** Beside the pieces of the tree, and gone with them at signing out. */
export function textsStore(userId: string): TextsStore {
  const place = `${userId}/texts`;
  return {
    names: () => namesOfPieces(place),
    read: (names) => readSomePieces(place, names),
    write: (pieces) => writePieces(place, pieces),
  };
}
