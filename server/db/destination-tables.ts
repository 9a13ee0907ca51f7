import type { Generated } from 'kysely';
import type { DestinationKind, PushedType } from '#contract/compliance-destinations.ts';
import type { Json, Timestamp } from './column-types.ts';

/** What is not secret about how a destination is reached. */
export interface DestinationSettings {
  /** `host:port` for syslog, else the URL. */
  address: string;
  authorityPem: string | null;
  clientCertificatePem: string | null;
  headerName: string | null;
  /** ISO 8601; until then a webhook is signed with the former secret too. */
  formerSecretEndsAt: string | null;
}

/** Pushing compliance records. */
export interface DestinationTables {
  compliance_destinations: {
    id: string;
    workspace_id: string;
    kind: DestinationKind;
    name: string;
    settings: Json<DestinationSettings>;
    sealed_secret: string | null;
    event_types: Json<PushedType[]>;
    with_content: boolean;
    is_enabled: boolean;
    created_at: Timestamp;
    updated_at: Timestamp;
    delivered: Generated<number>;
    last_delivered_at: Timestamp | null;
    failures: Generated<number>;
    failing_since: Timestamp | null;
    last_error: string | null;
    try_at: Timestamp | null;
    lease: string | null;
    lease_until: Timestamp | null;
  };
  compliance_positions: { destination_id: string; origin: 'activity' | 'audit'; position: number };
}
