import { Navigate, Outlet } from '@tanstack/react-router';
import { useAppState } from '../app/hooks';

/** Guards the pages for people who are not signed in; whoever is goes on to the files. */
export function Outside() {
  const isOut = useAppState((state) => state.phase.name === 'signed-out');
  return isOut ? <Outlet /> : <Navigate to="/files" replace />;
}
