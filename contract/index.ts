import { audit } from './audit.ts';
import { connect } from './connect.ts';
import { directory } from './directory.ts';
import { identity } from './identity.ts';
import { activity, models } from './models.ts';
import { policies } from './policies.ts';
import { setup } from './setup.ts';
import { workspace } from './workspace.ts';

/** Reeve's own API, mounted at /api/v1. */
export const contract = { identity, workspace, directory, policies, models, activity, audit, connect, setup };
export type Contract = typeof contract;
