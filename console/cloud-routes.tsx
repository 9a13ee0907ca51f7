import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as search from '#console/page-search.ts';
import { inShell } from '#console/parent-routes.tsx';
import { paths } from '#console/paths.ts';

/** Step 5: Codex cloud. */
export const cloudPages = [
  createRoute({
    ...inShell,
    path: paths.tasks,
    validateSearch: search.TasksSearch,
    component: lazyRouteComponent(() => import('#console/cloud/tasks/TasksPage.tsx'), 'TasksPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.newTask,
    validateSearch: search.NewTaskSearch,
    component: lazyRouteComponent(() => import('#console/cloud/tasks/NewTaskPage.tsx'), 'NewTaskPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.task,
    validateSearch: search.TaskSearch,
    component: lazyRouteComponent(() => import('#console/cloud/tasks/TaskPage.tsx'), 'TaskPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.environments,
    validateSearch: search.EnvironmentsSearch,
    component: lazyRouteComponent(() => import('#console/cloud/environments/EnvironmentsPage.tsx'), 'EnvironmentsPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.newEnvironment,
    component: lazyRouteComponent(
      () => import('#console/cloud/environments/NewEnvironmentPage.tsx'),
      'NewEnvironmentPage',
    ),
  }),
  createRoute({
    ...inShell,
    path: paths.environment,
    validateSearch: search.EnvironmentSearch,
    component: lazyRouteComponent(() => import('#console/cloud/environments/EnvironmentPage.tsx'), 'EnvironmentPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.git,
    validateSearch: search.GitSearch,
    component: lazyRouteComponent(() => import('#console/connectors/GitPage.tsx'), 'GitPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.gitAppMade,
    validateSearch: search.GitAnswerSearch,
    component: lazyRouteComponent(() => import('#console/connectors/AppMadePage.tsx'), 'AppMadePage'),
  }),
  createRoute({
    ...inShell,
    path: paths.gitAccountLinked,
    validateSearch: search.GitAnswerSearch,
    component: lazyRouteComponent(() => import('#console/connectors/AccountLinkedPage.tsx'), 'AccountLinkedPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.runners,
    validateSearch: search.RunnersSearch,
    component: lazyRouteComponent(() => import('#console/cloud/runners/RunnersPage.tsx'), 'RunnersPage'),
  }),
] as const;
