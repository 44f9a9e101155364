import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useUnlocked } from './unlocked';

/** Goes to a folder; the root has an address of its own. */
export function useGoTo(): (folder: string) => void {
  const { rootId } = useUnlocked();
  const navigate = useNavigate();
  return useCallback(
    (id: string) => void navigate(id === rootId ? { to: '/files' } : { to: '/files/$folder', params: { folder: id } }),
    [navigate, rootId],
  );
}
