import { activityEvents } from './activity-list.ts';
import { analytics } from './analytics.ts';
import { audit } from './audit.ts';
import { compliance } from './compliance-endpoints.ts';
import { connect } from './connect.ts';
import { directory } from './directory.ts';
import { environments } from './environments.ts';
import { estate } from './estate.ts';
import { git } from './git-connections.ts';
import { groupLimits } from './group-limits.ts';
import { identity } from './identity.ts';
import { keys } from './keys.ts';
import { modelPrices } from './model-prices.ts';
import { activity, models } from './models.ts';
import { policies } from './policies.ts';
import { proofs } from './proofs.ts';
import { provisioning } from './provisioning.ts';
import { roles } from './roles.ts';
import { runners } from './runners.ts';
import { secondFactor } from './second-factor.ts';
import { setup } from './setup.ts';
import { sso } from './sso-endpoints.ts';
import { tasks } from './tasks.ts';
import { teamConfig } from './team-config.ts';
import { bundlePullRequests } from './team-config-pull-requests.ts';
import { workspace } from './workspace.ts';

/** Reeve's own API, mounted at /api/v1. */
export const contract = {
  identity,
  secondFactor,
  workspace,
  directory,
  provisioning,
  roles,
  policies,
  keys,
  models,
  modelPrices,
  activity: { ...activity, ...activityEvents },
  analytics,
  audit,
  compliance,
  connect,
  setup,
  sso,
  teamConfig: { ...teamConfig, ...bundlePullRequests },
  proofs,
  estate,
  git,
  environments,
  tasks,
  runners,
  groupLimits,
};
export type Contract = typeof contract;
