import {
  Activity,
  BookOpenCheck,
  Boxes,
  ChartColumn,
  ClipboardList,
  FileCog,
  FolderSync,
  GitBranch,
  House,
  KeyRound,
  ListChecks,
  type LucideIcon,
  MessagesSquare,
  MonitorSmartphone,
  Scale,
  ScrollText,
  Search,
  ServerCog,
  Settings,
  ShieldAlert,
  ShieldCheck,
  SquareTerminal,
  UserCog,
  Users,
  UsersRound,
  Waypoints,
} from 'lucide-react';
import { paths } from '#console/paths.ts';
import type { Permission } from '#contract/permissions.ts';

type PagePath = (typeof paths)[
  | 'overview'
  | 'settings'
  | 'members'
  | 'groups'
  | 'keys'
  | 'roles'
  | 'singleSignOn'
  | 'provisioning'
  | 'policies'
  | 'lookUp'
  | 'delivery'
  | 'connect'
  | 'models'
  | 'analytics'
  | 'activity'
  | 'compliance'
  | 'audit'
  | 'tasks'
  | 'environments'
  | 'git'
  | 'runners'
  | 'teamConfig'
  | 'verify'];

export interface NavigationPage {
  label: string;
  icon: LucideIcon;
  to: PagePath;
  /** Null: every member sees it. */
  needs: Permission | null;
}

export interface PlannedPage {
  label: string;
  icon: LucideIcon;
  /** Why it is greyed. */
  comesWith: string;
  needs: Permission | null;
}

export interface NavigationGroup {
  label: string | null;
  items: (NavigationPage | PlannedPage)[];
}

const cloud = 'Comes in a later version of Reeve';

/** Groups and words of the founding document. */
export const navigation: NavigationGroup[] = [
  { label: null, items: [{ label: 'Overview', icon: House, to: paths.overview, needs: null }] },
  {
    label: 'Workspace',
    items: [
      { label: 'Settings and permissions', icon: Settings, to: paths.settings, needs: 'settings.read' },
      { label: 'Members', icon: Users, to: paths.members, needs: 'members.read' },
      { label: 'Groups', icon: UsersRound, to: paths.groups, needs: 'members.read' },
      { label: 'Roles', icon: UserCog, to: paths.roles, needs: 'roles.read' },
      { label: 'Single sign-on', icon: ShieldCheck, to: paths.singleSignOn, needs: 'settings.read' },
      { label: 'Provisioning (SCIM)', icon: FolderSync, to: paths.provisioning, needs: 'settings.read' },
      { label: 'Keys', icon: KeyRound, to: paths.keys, needs: 'keys.write' },
    ],
  },
  {
    label: 'Codex local',
    items: [
      { label: 'Policies', icon: ScrollText, to: paths.policies, needs: 'policies.read' },
      { label: 'Look-up', icon: Search, to: paths.lookUp, needs: 'policies.read' },
      { label: 'Delivery', icon: Waypoints, to: paths.delivery, needs: 'policies.read' },
      { label: 'Team Config', icon: FileCog, to: paths.teamConfig, needs: 'team-config.read' },
      { label: 'Connect a client', icon: MonitorSmartphone, to: paths.connect, needs: null },
      { label: 'Models', icon: Boxes, to: paths.models, needs: 'models.read' },
    ],
  },
  {
    label: 'Codex cloud',
    items: [
      { label: 'Tasks', icon: ListChecks, to: paths.tasks, needs: 'codex-cloud.use' },
      { label: 'Environments', icon: SquareTerminal, to: paths.environments, needs: 'codex-cloud.use' },
      { label: 'GitHub', icon: GitBranch, to: paths.git, needs: 'codex-cloud.use' },
      { label: 'Runners', icon: ServerCog, to: paths.runners, needs: 'runners.write' },
      { label: 'Code review', icon: BookOpenCheck, comesWith: cloud, needs: 'settings.read' },
      { label: 'Security', icon: ShieldAlert, comesWith: cloud, needs: 'settings.read' },
      { label: 'Slack and Linear', icon: MessagesSquare, comesWith: cloud, needs: 'settings.read' },
    ],
  },
  {
    label: 'Governance',
    items: [
      { label: 'Analytics', icon: ChartColumn, to: paths.analytics, needs: 'activity.read' },
      { label: 'Activity', icon: Activity, to: paths.activity, needs: 'activity.read' },
      { label: 'Compliance', icon: Scale, to: paths.compliance, needs: 'compliance.read' },
      { label: 'Audit', icon: ClipboardList, to: paths.audit, needs: 'audit.read' },
    ],
  },
  { label: null, items: [{ label: 'Verify', icon: ListChecks, to: paths.verify, needs: 'verify.read' }] },
];

export const isPage = (item: NavigationPage | PlannedPage): item is NavigationPage => 'to' in item;
