import { useEffect, useState, type ReactNode } from 'react';
import { useApp } from '../../app/hooks';
import { ThumbnailCache } from './thumbnailCache';
import { ThumbnailsContext } from './useThumbnail';

/** Keeps the small pictures as long as the vault is open. */
export function ThumbnailsKeeper({ children }: { children: ReactNode }) {
  const app = useApp();
  const [cache] = useState(() => new ThumbnailCache((node) => app.thumbnail(node)));
  useEffect(() => () => cache.clear(), [cache]);
  return <ThumbnailsContext value={cache}>{children}</ThumbnailsContext>;
}
