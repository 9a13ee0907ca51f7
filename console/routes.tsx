import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { cloudPages } from '#console/cloud-routes.tsx';
import * as search from '#console/page-search.ts';
import { focused, inShell, root, shell } from '#console/parent-routes.tsx';
import { paths } from '#console/paths.ts';
import { verifyPages } from '#console/verify-routes.tsx';

const publicPages = [
  createRoute({
    getParentRoute: () => root,
    path: paths.signIn,
    validateSearch: search.SignInSearch,
    component: lazyRouteComponent(() => import('#console/identity/SignInPage.tsx'), 'SignInPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: paths.signInDone,
    component: lazyRouteComponent(() => import('#console/identity/SignedInElsewhere.tsx'), 'SignedInElsewhere'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: paths.signInProblem,
    component: lazyRouteComponent(() => import('#console/sso/SignInProblemPage.tsx'), 'SignInProblemPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: paths.ownerLink,
    component: lazyRouteComponent(() => import('#console/identity/LinkPage.tsx'), 'LinkPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: paths.invitationLink,
    component: lazyRouteComponent(() => import('#console/identity/LinkPage.tsx'), 'LinkPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: paths.join,
    component: lazyRouteComponent(() => import('#console/connect/JoinPage.tsx'), 'JoinPage'),
  }),
] as const;

const focusedPages = [
  createRoute({
    getParentRoute: () => focused,
    path: paths.enrol,
    validateSearch: search.EnrolSearch,
    component: lazyRouteComponent(() => import('#console/second-factor/EnrolPage.tsx'), 'EnrolPage'),
  }),
  createRoute({
    getParentRoute: () => focused,
    path: paths.device,
    validateSearch: search.DeviceSearch,
    component: lazyRouteComponent(() => import('#console/identity/DevicePage.tsx'), 'DevicePage'),
  }),
  createRoute({
    getParentRoute: () => focused,
    path: paths.authorization,
    component: lazyRouteComponent(() => import('#console/identity/AuthorizationPage.tsx'), 'AuthorizationPage'),
  }),
  createRoute({
    getParentRoute: () => focused,
    path: paths.explanation,
    component: lazyRouteComponent(() => import('#console/policies/explanation/ExplanationPage.tsx'), 'ExplanationPage'),
  }),
] as const;

const shellPages = [
  createRoute({
    ...inShell,
    path: paths.overview,
    component: lazyRouteComponent(() => import('#console/overview/OverviewPage.tsx'), 'OverviewPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.settings,
    component: lazyRouteComponent(() => import('#console/workspace/SettingsPage.tsx'), 'SettingsPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.members,
    validateSearch: search.MembersSearch,
    component: lazyRouteComponent(() => import('#console/directory/MembersPage.tsx'), 'MembersPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.importMembers,
    component: lazyRouteComponent(() => import('#console/directory/ImportPage.tsx'), 'ImportPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.member,
    component: lazyRouteComponent(() => import('#console/directory/MemberPage.tsx'), 'MemberPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.groups,
    validateSearch: search.GroupsSearch,
    component: lazyRouteComponent(() => import('#console/directory/GroupsPage.tsx'), 'GroupsPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.group,
    component: lazyRouteComponent(() => import('#console/directory/GroupPage.tsx'), 'GroupPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.singleSignOn,
    component: lazyRouteComponent(() => import('#console/sso/SingleSignOnPage.tsx'), 'SingleSignOnPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.newConnection,
    component: lazyRouteComponent(() => import('#console/sso/NewConnectionPage.tsx'), 'NewConnectionPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.connection,
    validateSearch: search.ConnectionSearch,
    component: lazyRouteComponent(() => import('#console/sso/ConnectionPage.tsx'), 'ConnectionPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.provisioning,
    validateSearch: search.ProvisioningSearch,
    component: lazyRouteComponent(() => import('#console/provisioning/ProvisioningPage.tsx'), 'ProvisioningPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.roles,
    component: lazyRouteComponent(() => import('#console/roles/RolesPage.tsx'), 'RolesPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.newRole,
    component: lazyRouteComponent(() => import('#console/roles/NewRolePage.tsx'), 'NewRolePage'),
  }),
  createRoute({
    ...inShell,
    path: paths.roleSetUp,
    component: lazyRouteComponent(() => import('#console/roles/RoleSetUpPage.tsx'), 'RoleSetUpPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.role,
    validateSearch: search.RoleSearch,
    component: lazyRouteComponent(() => import('#console/roles/RolePage.tsx'), 'RolePage'),
  }),
  createRoute({
    ...inShell,
    path: paths.compliance,
    validateSearch: search.ComplianceSearch,
    component: lazyRouteComponent(() => import('#console/compliance/CompliancePage.tsx'), 'CompliancePage'),
  }),
  createRoute({
    ...inShell,
    path: paths.keys,
    validateSearch: search.KeysSearch,
    component: lazyRouteComponent(() => import('#console/keys/KeysPage.tsx'), 'KeysPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.policies,
    validateSearch: search.PoliciesSearch,
    component: lazyRouteComponent(() => import('#console/policies/PoliciesPage.tsx'), 'PoliciesPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.newPolicy,
    validateSearch: search.NewPolicySearch,
    component: lazyRouteComponent(() => import('#console/policies/new/NewPolicyPage.tsx'), 'NewPolicyPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.policyOrder,
    validateSearch: search.PolicyOrderSearch,
    component: lazyRouteComponent(() => import('#console/policies/order/PolicyOrderPage.tsx'), 'PolicyOrderPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.lookUp,
    validateSearch: search.LookUpSearch,
    component: lazyRouteComponent(() => import('#console/policies/look-up/LookUpPage.tsx'), 'LookUpPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.delivery,
    validateSearch: search.DeliverySearch,
    component: lazyRouteComponent(() => import('#console/policies/delivery/DeliveryPage.tsx'), 'DeliveryPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.policyStates,
    validateSearch: search.PolicyStatesSearch,
    component: lazyRouteComponent(() => import('#console/policies/states/PolicyStatesPage.tsx'), 'PolicyStatesPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.policyProtection,
    component: lazyRouteComponent(() => import('#console/policies/protection/ProtectionPage.tsx'), 'ProtectionPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.policy,
    validateSearch: search.PolicySearch,
    component: lazyRouteComponent(() => import('#console/policies/PolicyPage.tsx'), 'PolicyPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.connect,
    validateSearch: search.ConnectSearch,
    component: lazyRouteComponent(() => import('#console/connect/ConnectPage.tsx'), 'ConnectPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.models,
    validateSearch: search.ModelsSearch,
    component: lazyRouteComponent(() => import('#console/models/ModelsPage.tsx'), 'ModelsPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.analytics,
    validateSearch: search.AnalyticsSearch,
    component: lazyRouteComponent(() => import('#console/analytics/AnalyticsPage.tsx'), 'AnalyticsPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.activity,
    validateSearch: search.ActivitySearch,
    component: lazyRouteComponent(() => import('#console/activity/ActivityPage.tsx'), 'ActivityPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.thread,
    validateSearch: search.ThreadSearch,
    component: lazyRouteComponent(() => import('#console/activity/ThreadPage.tsx'), 'ThreadPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.audit,
    validateSearch: search.AuditSearch,
    component: lazyRouteComponent(() => import('#console/audit/AuditPage.tsx'), 'AuditPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.account,
    validateSearch: search.AccountSearch,
    component: lazyRouteComponent(() => import('#console/identity/AccountPage.tsx'), 'AccountPage'),
  }),
] as const;

export const routeTree = root.addChildren([
  ...publicPages,
  focused.addChildren([...focusedPages]),
  shell.addChildren([...shellPages, ...verifyPages, ...cloudPages]),
]);
