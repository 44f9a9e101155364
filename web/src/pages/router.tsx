import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
} from '@tanstack/react-router';
import { CrashPage } from './CrashPage';
import { Outside } from './Outside';
import { Splash } from './Splash';

/* Every page is a chunk of its own; only the guard of the pages outside comes with the entry. */

const root = createRootRoute({ component: Outlet, notFoundComponent: lazyRouteComponent(() => import('./NotFoundPage')) });

const outside = createRoute({ getParentRoute: () => root, id: 'outside', component: Outside });
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: lazyRouteComponent(() => import('./Inside')) });

const routes = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/', component: () => <Navigate to="/files" replace /> }),
  // For the signed-out and for the locked.
  createRoute({ getParentRoute: () => root, path: '/recover', component: lazyRouteComponent(() => import('./RecoverPage')) }),
  outside.addChildren([
    createRoute({ getParentRoute: () => outside, path: '/sign-in', component: lazyRouteComponent(() => import('./SignInPage')) }),
    createRoute({ getParentRoute: () => outside, path: '/sign-up', component: lazyRouteComponent(() => import('./SignUpPage')) }),
  ]),
  inside.addChildren([
    createRoute({ getParentRoute: () => inside, path: '/files', component: lazyRouteComponent(() => import('./FilesPage')) }),
    createRoute({ getParentRoute: () => inside, path: '/files/$folder', component: lazyRouteComponent(() => import('./FilesPage')) }),
    createRoute({ getParentRoute: () => inside, path: '/search', component: lazyRouteComponent(() => import('./SearchPage')) }),
    createRoute({ getParentRoute: () => inside, path: '/starred', component: lazyRouteComponent(() => import('./StarredPage')) }),
    createRoute({ getParentRoute: () => inside, path: '/recent', component: lazyRouteComponent(() => import('./RecentPage')) }),
    createRoute({ getParentRoute: () => inside, path: '/findings', component: lazyRouteComponent(() => import('./FindingsPage')) }),
    createRoute({ getParentRoute: () => inside, path: '/trash', component: lazyRouteComponent(() => import('./TrashPage')) }),
    createRoute({ getParentRoute: () => inside, path: '/settings', component: lazyRouteComponent(() => import('./SettingsPage')) }),
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  defaultPreload: 'intent',
  defaultPendingComponent: Splash,
  defaultErrorComponent: CrashPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
