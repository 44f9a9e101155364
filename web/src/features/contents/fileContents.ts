import type { Api } from '../../api/api';
import type { OpenContent, VersionInfo } from '../../app/contract';
import type { ContentPool } from '../../crypto/content';
import { isFindingKind } from '../../crypto/findings';
import type { RunningKeeper } from '../../crypto/keeper';
import { Problem, toProblem } from '../../lib/problem';
import type { CheckDetails } from '../tree/overtaken';
import type { MakeCommit, Tree } from '../tree/tree';

/** A text that is edited is held in memory several times over. */
const MOST_TEXT = 5 * 1024 * 1024;

interface Environment {
  api: Pick<Api, 'thumbnail'>;
  details: CheckDetails;
  keeper: RunningKeeper['remote'];
  pool: Pick<ContentPool, 'upload'>;
  tree: Pick<Tree, 'commit'>;
  open(node: string): Promise<OpenContent>;
  /** A text was written, and is a file's current version. */
  onWritten(node: string, version: string, text: string): void;
}

/** What a file's versions hold: texts that are written, small pictures, and the versions themselves. */
export class FileContents {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async readText(node: string): Promise<{ text: string; version: string }> {
    const content = await this.#environment.open(node);
    try {
      if (content.size > MOST_TEXT) throw new Problem({ code: 'too-large', message: 'The text is too large to be edited.' });
      const bytes = await content.read(0, content.size);
      return { text: decode(bytes), version: content.version };
    } finally {
      content.close();
    }
  }

  /** A new version on top of `base`, which must still be the current one. */
  async saveText(node: string, text: string, base: string): Promise<{ version: string }> {
    const { details, keeper } = this.#environment;
    const entry = await keeper.entry(node);
    if (entry === undefined) throw new Problem({ code: 'no-such-entry', message: 'The file is not here any more.' });
    const file = new Blob([text]);
    const planned = await keeper.planVersion(node, { name: entry.name, mediaType: entry.mediaType, modified: Date.now(), size: file.size });
    try {
      const upload = await this.#upload(planned, file);
      await this.#commit([entry.folder], (now) => details(node, (served) => keeper.commitVersion(planned.plan, upload, served, base, now)));
      this.#environment.onWritten(node, planned.version, text);
      return { version: planned.version };
    } finally {
      void keeper.dropUpload(planned.plan).catch(() => undefined);
    }
  }

  async createText(folder: string, name: string, text: string): Promise<string> {
    const { keeper } = this.#environment;
    const file = new Blob([text]);
    const planned = await keeper.planUpload(folder, { name, mediaType: 'text/markdown', modified: Date.now(), size: file.size });
    const batch = await this.#upload(planned, file).then(
      (upload) => keeper.batchUploads([{ folder, plan: planned.plan, upload }]),
      (error: unknown) => {
        void keeper.dropUpload(planned.plan).catch(() => undefined);
        throw error;
      },
    );
    try {
      await this.#commit([folder], (now) => keeper.commitUploads(batch, undefined, now));
    } finally {
      void keeper.dropBatch(batch).catch(() => undefined);
    }
    this.#environment.onWritten(planned.node, planned.version, text);
    return planned.node;
  }

  async versions(node: string): Promise<VersionInfo[]> {
    const { details, keeper } = this.#environment;
    return JSON.parse(await details(node, (served) => keeper.versions(node, served))) as VersionInfo[];
  }

  async restoreVersion(node: string, version: string): Promise<void> {
    const { details, keeper } = this.#environment;
    await this.#commit(await this.#folderOf(node), (now) => details(node, (served) => keeper.makeCurrent(node, version, served, now)));
  }

  async deleteVersions(node: string, versions: readonly string[]): Promise<void> {
    const { details, keeper } = this.#environment;
    await this.#commit(await this.#folderOf(node), (now) => details(node, (served) => keeper.dropVersions(node, [...versions], served, now)));
  }

  /** The small picture that was sealed with the current version; null where none was. */
  async thumbnail(node: string): Promise<Blob | null> {
    const { api, details, keeper } = this.#environment;
    const planned = await details(node, (served) => keeper.planDownload(node, served));
    try {
      if (!planned.hasThumbnail) return null;
      const open = async (again: boolean): Promise<Uint8Array> => keeper.openThumbnail(planned.plan, await api.thumbnail(node, planned.version, again));
      // The browser may have kept one that was wrong.
      const bytes = await open(false).catch((error: unknown) => {
        if (!isFindingKind(toProblem(error).code)) throw error;
        return open(true);
      });
      // Whoever holds the key may have sealed anything: it is shown as a picture or not at all.
      return new Blob([bytes as BlobPart], { type: bytes[0] === 0xff ? 'image/jpeg' : 'image/webp' });
    } finally {
      void keeper.dropDownload(planned.plan).catch(() => undefined);
    }
  }

  #upload({ plan, key, nonce, header, known, size, totalLength }: Awaited<ReturnType<RunningKeeper['remote']['planUpload']>>, file: Blob): Promise<string> {
    const id = crypto.randomUUID();
    return this.#environment.pool.upload({ id, plan, file, key, nonce, header, known, size, totalLength, address: null });
  }

  #commit(folders: readonly string[], make: MakeCommit): Promise<void> {
    return this.#environment.tree.commit(make, { patient: false, folders });
  }

  async #folderOf(node: string): Promise<string[]> {
    const entry = await this.#environment.keeper.entry(node);
    return entry === undefined ? [] : [entry.folder];
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Problem({ code: 'not-text', message: 'The file is not a text in UTF-8.' }, { cause: error });
  }
}
